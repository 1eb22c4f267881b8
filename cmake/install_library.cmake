# What `cmake --install BUILD --component library` installs: the engine, its headers, what CMake and
# pkg-config need to find it, and smpp_dump where it is built. The folder it goes to may be moved
# afterwards.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/smpp)
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set_target_properties(smpp_net PROPERTIES EXPORT_NAME net)
add_library(smpp::smpp ALIAS smpp)
add_library(smpp::net ALIAS smpp_net)

install(TARGETS smpp smpp_net EXPORT smpp
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT smpp NAMESPACE smpp:: FILE smppTargets.cmake DESTINATION ${package_dir}
        COMPONENT library)
if(TARGET smpp_dump)
  install(TARGETS smpp_dump RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library)
endif()

configure_package_config_file(cmake/smppConfig.cmake.in smppConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# Before version 1 a new minor version may break what used the last one.
write_basic_package_version_file(smppConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/smppConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/smppConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT library)

# From where smpp.pc stands, so that it does not matter where that is.
file(RELATIVE_PATH includedir_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
get_target_property(asio_definitions smpp_net INTERFACE_COMPILE_DEFINITIONS)
list(TRANSFORM asio_definitions PREPEND -D)
list(JOIN asio_definitions " " asio_flags)
foreach(name smpp smpp_net)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${pc_dir} COMPONENT library)
endforeach()
