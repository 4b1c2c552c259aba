# ms_precompile(TARGET): TARGET's files start from the compiled form of precompiled.hpp, which saves 0.6 s of CPU in
# each. In debug builds of g++ only: releases spend their time optimizing, and the package preset, where each file is
# compiled by itself, and clang see to it that each includes what it uses.
if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(MS_PRECOMPILE ON)
else()
  set(MS_PRECOMPILE OFF)
endif()

if(MS_PRECOMPILE)
  # ccache reads what was compiled, not when.
  target_compile_options(ms_flags INTERFACE -fpch-preprocess)
  if(MS_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MS_CCACHE})
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/generated/precompiled.cpp "// Generated: a target needs a file.\n")
  add_library(ms_precompiled OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled.cpp)
  target_link_libraries(ms_precompiled PRIVATE ms_flags)
  # Found from src/, and not by its path: clones at other places share ccache's results.
  target_precompile_headers(ms_precompiled PRIVATE [["../cmake/precompiled.hpp"]])
  if(MS_CCACHE)
    set_target_properties(ms_precompiled PROPERTIES
      CXX_COMPILER_LAUNCHER "${CMAKE_CURRENT_LIST_DIR}/without_old_output;${CMAKE_CXX_COMPILER_LAUNCHER}")
  endif()
endif()

function(ms_precompile target)
  if(MS_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ms_precompiled)
  endif()
endfunction()
