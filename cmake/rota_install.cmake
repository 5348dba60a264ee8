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

# The prefix is known to who installs, so the .pc files find it from where they lie themselves.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pkgconfig_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH up "/${pkgconfig_dir}" "/")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pkgconfig_prefix "\${pcfiledir}/${up}")
endif()
foreach(dir lib include)
    string(TOUPPER "CMAKE_INSTALL_${dir}DIR" installed)
    set(pkgconfig_${dir}dir "${${installed}}")
    if(NOT IS_ABSOLUTE "${${installed}}")
        string(PREPEND pkgconfig_${dir}dir "\${prefix}/")
    endif()
endforeach()

# rota_pkgconfig(COMPONENT DESCRIPTION REQUIRES PRIVATE_REQUIRES LIBS PRIVATE_LIBS); what is private to a shared library its
# users must link where it is static, without being asked for --static.
function(rota_pkgconfig pkgconfig_name pkgconfig_description requires requires_private libs libs_private)
    set(pkgconfig_cflags "")
    if(NOT BUILD_SHARED_LIBS)
        set(pkgconfig_cflags "-DROTA_STATIC")
        # Whoever uses another library comes before it.
        list(PREPEND requires ${requires_private})
        list(APPEND libs ${libs_private})
        set(requires_private "")
        set(libs_private "")
    endif()
    list(JOIN requires ", " pkgconfig_requires)
    list(JOIN requires_private ", " pkgconfig_requires_private)
    list(JOIN libs " " pkgconfig_libs)
    list(JOIN libs_private " " pkgconfig_private)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/rota.pc.in" "${PROJECT_BINARY_DIR}/${pkgconfig_name}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${pkgconfig_name}.pc" DESTINATION "${pkgconfig_dir}" COMPONENT library)
endfunction()

rota_pkgconfig(rota "${PROJECT_DESCRIPTION}" "" "" "-lrota" "-luring;-pthread")
set(this_rota "rota = ${PROJECT_VERSION}")
set(http_requires_private "")
if(TARGET rota_tls)
    rota_pkgconfig(rota_tls "TLS for Rota" "${this_rota}" "openssl >= 3.0" "-lrota_tls" "")
    set(http_requires_private "rota_tls = ${PROJECT_VERSION}")
endif()
if(TARGET rota_http)
    rota_pkgconfig(rota_http "HTTP for Rota" "${this_rota}" "${http_requires_private}" "-lrota_http" "")
endif()
