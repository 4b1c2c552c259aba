# Files as constants of the program. The generated .cpp defines a function; the caller's header declares it.

# ms_migrations(TARGET FOLDER NAMESPACE)
# Embeds FOLDER/*.up.sql and *.down.sql (named YYYYMMDDHHMMSS_name.{up,down}.sql, always both) into TARGET as
#   std::span<const mainstay::store::Migration> NAMESPACE::migrations();
# TARGET links ms_platform_store. E.g. ms_migrations(ms_apps_apim src/apps/apim/migrations mainstay::apim)
function(ms_migrations target folder namespace)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
  file(GLOB ups CONFIGURE_DEPENDS ${folder}/*.up.sql)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  if(NOT ups)
    message(FATAL_ERROR "${folder}: no migrations (*.up.sql)")
  endif()
  set(expected "")
  foreach(up IN LISTS ups)
    get_filename_component(name ${up} NAME)
    if(NOT name MATCHES "^[0-9]+_[a-z0-9_]+\\.up\\.sql$" OR NOT name MATCHES "^.............._")
      message(FATAL_ERROR "${up}: migrations are named YYYYMMDDHHMMSS_name.up.sql")
    endif()
    string(REGEX REPLACE "\\.up\\.sql$" ".down.sql" down ${up})
    list(APPEND expected ${up} ${down})
  endforeach()
  foreach(file IN LISTS expected files)
    if(NOT file IN_LIST files OR NOT file IN_LIST expected)
      message(FATAL_ERROR "${file}: a migration needs both files, .up.sql and .down.sql")
    endif()
  endforeach()
  ms_embed(${target} ${target}_migrations.cpp migrations ${namespace} ${expected})
endfunction()

# ms_assets(TARGET NAMESPACE FILES...)
# Embeds small text files (pages, styles, scripts), found by their file names, into TARGET as
#   std::string_view NAMESPACE::asset(std::string_view name);   // data() is null for an unknown name
#   std::vector<std::string_view> NAMESPACE::asset_names();
# A target may have several, each with a namespace of its own.
function(ms_assets target namespace)
  set(files "")
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
    list(APPEND files ${file})
  endforeach()
  string(MAKE_C_IDENTIFIER ${namespace} name)
  ms_embed(${target} ${target}_${name}_assets.cpp assets ${namespace} ${files})
endfunction()

# ms_tree(TARGET NAMESPACE FOLDER): the same for all files below FOLDER, hidden ones too, found by their paths from there.
function(ms_tree target namespace folder)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
  string(MAKE_C_IDENTIFIER ${namespace} name)
  set(MS_EMBED_ROOT ${folder})
  ms_embed(${target} ${target}_${name}_tree.cpp assets ${namespace} ${files})
endfunction()

set(MS_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

function(ms_embed target output kind namespace)
  set(output ${CMAKE_BINARY_DIR}/generated/${output})
  list(JOIN ARGN "|" files)  # a list would lose its semicolons on the command line
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DKIND=${kind} -DNAMESPACE=${namespace} -DFILES=${files} -DROOT=${MS_EMBED_ROOT}
            -P ${MS_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${MS_EMBED_SCRIPT}
    COMMENT "Embedding ${kind} of ${namespace}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
