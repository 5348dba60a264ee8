# find_package(rota) and pkg-config for what is installed.
include(CMakePackageConfigHelpers)
get_property(components GLOBAL PROPERTY ROTA_COMPONENTS)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rota")

install(TARGETS ${components} EXPORT rota
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library)
set(left_out)
if(NOT TARGET rota_http)
    set(left_out PATTERN "http" EXCLUDE PATTERN "http.hpp" EXCLUDE)
endif()
if(NOT TARGET rota_tls)
    list(APPEND left_out PATTERN "tls" EXCLUDE PATTERN "tls.hpp" EXCLUDE)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/rota" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT library
    ${left_out})
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT library)
install(EXPORT rota NAMESPACE rota:: FILE rotaTargets.cmake DESTINATION "${package_dir}" COMPONENT library)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/rotaConfig.cmake.in" "${PROJECT_BINARY_DIR}/rotaConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/rotaConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/rotaConfig.cmake" "${PROJECT_BINARY_DIR}/rotaConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/Findliburing.cmake"
    DESTINATION "${package_dir}" COMPONENT library)

set(pkgconfig_cflags "")
set(pkgconfig_libs "-lrota")
set(pkgconfig_private "")
if(NOT BUILD_SHARED_LIBS)
    set(pkgconfig_cflags "-DROTA_STATIC")
    set(pkgconfig_libs "-lrota -luring -pthread")
else()
    set(pkgconfig_private "-luring -pthread")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/rota.pc.in" "${PROJECT_BINARY_DIR}/rota.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/rota.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT library)
