# Headers, l2g::compiled, a CMake package, pkg-config files; the program l2g installs itself in repl/.
option(L2G_INSTALL "Make install rules" ${PROJECT_IS_TOP_LEVEL})
if(NOT L2G_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/l2g)
set_target_properties(l2g_compiled PROPERTIES OUTPUT_NAME l2g)
install(DIRECTORY include/l2g DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(TARGETS l2g l2g_compiled EXPORT l2gTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT l2gTargets NAMESPACE l2g:: DESTINATION ${package_folder} COMPONENT development)
configure_package_config_file(cmake/l2gConfig.cmake.in l2gConfig.cmake INSTALL_DESTINATION ${package_folder}
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(l2gConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/l2gConfig.cmake ${PROJECT_BINARY_DIR}/l2gConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

# Paths relative to the file itself: an installed tree may be moved.
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${pkgconfig_folder} /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig ${prefix_from_pkgconfig})
get_target_property(flags l2g INTERFACE_COMPILE_OPTIONS)
list(JOIN flags " " interface_flags)
foreach(file l2g l2g-compiled)
  configure_file(cmake/${file}.pc.in ${file}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file}.pc DESTINATION ${pkgconfig_folder} COMPONENT development)
endforeach()

# Trained models that ship with the program.
file(GLOB models CONFIGURE_DEPENDS examples/language_model/*.safetensors)
install(FILES ${models} DESTINATION ${CMAKE_INSTALL_DATADIR}/l2g)
install(DIRECTORY examples/language_model/small-opt DESTINATION ${CMAKE_INSTALL_DATADIR}/l2g)

# Published scores of known tasks, which evaluate prints beside ours.
install(FILES examples/published.tsv DESTINATION ${CMAKE_INSTALL_DATADIR}/l2g)
