# Compiler flags for our own code. Debian's headers are system headers and keep their warnings to themselves.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

set(MS_SANITIZE "" CACHE STRING "sanitizers for -fsanitize=, empty for none")
option(MS_FUZZ "build the libFuzzer targets (clang 16)" OFF)

find_program(MS_CCACHE ccache)
if(MS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MS_CCACHE})
endif()

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -fno-plt")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Collect no garbage below 1 GiB, which no file of ours reaches: a tenth less time (86 s, not 96, eight of charging).
  string(APPEND CMAKE_CXX_FLAGS_DEBUG " --param=ggc-min-heapsize=1048576")
  string(APPEND CMAKE_CXX_FLAGS_RELEASE " --param=ggc-min-heapsize=1048576")
endif()

# A request's way crosses a dozen small libraries: let the compiler see it whole. Releases only.
option(MS_IPO "link-time optimisation of releases; objects of it are no use to projects" ON)
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION_RELEASE ${MS_IPO})
set(CMAKE_CXX_COMPILE_OPTIONS_IPO -flto=auto -fno-fat-lto-objects)

add_library(ms_flags INTERFACE)
target_include_directories(ms_flags INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>)
target_compile_options(ms_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(ms_flags INTERFACE -Wthread-safety)
else()
  # gcc 12 sees overlapping copies where std::string is assigned a literal (GCC bug 105651), and warns of every fence
  # under -fsanitize=thread, Asio's among them.
  target_compile_options(ms_flags INTERFACE -Wno-restrict -Wno-tsan)
endif()
# Boost.Asio and Beast are compiled once, in platform/asio/asio_beast.cpp (style guide, compile-time facts).
target_compile_definitions(ms_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  MS_VERSION="${PROJECT_VERSION}")

find_program(MS_MOLD mold)
if(MS_MOLD)
  target_link_options(ms_flags INTERFACE $<BUILD_INTERFACE:-fuse-ld=mold>)
endif()
if(MS_SANITIZE)
  target_compile_options(ms_flags INTERFACE -fsanitize=${MS_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(ms_flags INTERFACE -fsanitize=${MS_SANITIZE})
endif()
