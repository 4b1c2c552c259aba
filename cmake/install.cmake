# cmake --install: the program, and what projects made by `mainstay new` build with: the platform's libraries and headers,
# a package for find_package(Mainstay), and the tools of ./dev. Everything below one prefix, which may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Behind all modules. Mainstay::platform is base, platform/* and commands; API management comes along as a module.
function(ms_install_package)
  set(place share/mainstay)
  get_property(modules GLOBAL PROPERTY MS_MODULES)
  string(REPLACE "/" "_" modules "${modules}")
  list(FILTER modules EXCLUDE REGEX "^apps_")
  list(TRANSFORM modules PREPEND ms_)
  add_library(ms_platform INTERFACE)
  target_link_libraries(ms_platform INTERFACE ${modules})
  target_include_directories(ms_base PUBLIC $<INSTALL_INTERFACE:include/mainstay>)
  install(TARGETS ms_flags ms_test_main ms_platform ${modules} ms_apps_apim EXPORT MainstayTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/mainstay)
  install(TARGETS mainstay RUNTIME DESTINATION bin)
  # Headers that show Asio or are for our own tests stay here.
  install(DIRECTORY src/base src/platform DESTINATION include/mainstay
          FILES_MATCHING PATTERN "*.hpp"
          PATTERN "acceptor.hpp" EXCLUDE PATTERN "connection.hpp" EXCLUDE PATTERN "event_loop.hpp" EXCLUDE
          PATTERN "*_fixture.hpp" EXCLUDE PATTERN "test_*.hpp" EXCLUDE
          PATTERN "migrations" EXCLUDE PATTERN "web" EXCLUDE)
  install(FILES src/commands/commands.hpp DESTINATION include/mainstay/commands)
  install(FILES src/apps/apim/module.hpp DESTINATION include/mainstay/apps/apim)

  install(EXPORT MainstayTargets NAMESPACE Mainstay:: DESTINATION ${place}/cmake)
  # What we find, projects that link our libraries find too.
  file(STRINGS CMakeLists.txt MAINSTAY_NEEDS REGEX "^find_package\\(")
  list(TRANSFORM MAINSTAY_NEEDS REPLACE "^find_package\\(([^)]*)\\)" "find_dependency(\\1)")
  list(TRANSFORM MAINSTAY_NEEDS REPLACE " REQUIRED" "")
  list(JOIN MAINSTAY_NEEDS "\n" MAINSTAY_NEEDS)
  configure_package_config_file(cmake/MainstayConfig.cmake.in ${CMAKE_BINARY_DIR}/MainstayConfig.cmake
                                INSTALL_DESTINATION ${place}/cmake)
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/MainstayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/MainstayConfig.cmake ${CMAKE_BINARY_DIR}/MainstayConfigVersion.cmake
                cmake/project.cmake cmake/migrations.cmake cmake/embed.cmake
          DESTINATION ${place}/cmake)
  install(PROGRAMS tools/install_packages tools/deps.py tests/wire/golden.py DESTINATION ${place}/tools)
endfunction()
