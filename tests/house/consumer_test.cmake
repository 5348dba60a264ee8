# cmake -DBUILD=... -DCOMPILER=... -DVERSION=... -DREADME=... -P consumer_test.cmake
# Installs to a folder of its own, and builds and runs programs that know no more than that folder: the README's first one
# by find_package, and others, where there is a pkg-config, by that.
set(work "${BUILD}/consumer_test")
file(REMOVE_RECURSE "${work}")

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
    if(NOT status STREQUAL "0")
        message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${printed}")
    endif()
    set(printed "${printed}" PARENT_SCOPE)
endfunction()

# SHARED_FROM: the sources to build as shared libraries first, in BUILD, with all programs that use them.
if(SHARED_FROM)
    run("${CMAKE_COMMAND}" -S "${SHARED_FROM}" -B "${BUILD}" -G Ninja "-DCMAKE_CXX_COMPILER=${COMPILER}"
        -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DBUILD_SHARED_LIBS=ON -DROTA_BUILD_TESTS=OFF
        -DROTA_BUILD_BENCH=OFF)
    run("${CMAKE_COMMAND}" --build "${BUILD}" -j 2)
endif()
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${work}/prefix" --component library)

file(READ "${README}" first_program)
string(FIND "${first_program}" "```cpp\n" begin)
string(SUBSTRING "${first_program}" ${begin} -1 first_program)
string(FIND "${first_program}" "\n```\n" end)
math(EXPR length "${end} - 6")
string(SUBSTRING "${first_program}" 7 ${length} first_program)
file(WRITE "${work}/first_program.cpp" "${first_program}")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${work}/build" -G Ninja
    "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DWANTED=${VERSION}"
    "-DPROGRAM=${work}/first_program.cpp")
run("${CMAKE_COMMAND}" --build "${work}/build")
# In simulation its two seconds take no time.
run("${CMAKE_COMMAND}" -E env ROTA_ENGINE=simulated "${work}/build/consumer")
if(NOT printed STREQUAL "first fetched\nsecond fetched\n")
    message(FATAL_ERROR "The README's first program printed:\n${printed}")
endif()

# What was not installed is refused with the reason.
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${work}/refused" -G Ninja
        "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DWANTED=${VERSION};COMPONENTS;missing"
        "-DPROGRAM=${work}/first_program.cpp"
    RESULT_VARIABLE status OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
if(status STREQUAL "0" OR NOT printed MATCHES "installed without the component[ \n]+missing")
    message(FATAL_ERROR "find_package(rota COMPONENTS missing) ended with ${status}:\n${printed}")
endif()

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
    # Nobody told them where they were installed to.
    file(GLOB_RECURSE libraries "${work}/prefix/*/librota*.a" "${work}/prefix/*/librota*.so")
    foreach(library IN LISTS libraries)
        cmake_path(GET library PARENT_PATH folder)
        cmake_path(GET library STEM name)
        string(REGEX REPLACE "^lib" "" name "${name}")
        execute_process(COMMAND "${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${folder}/pkgconfig"
                "${PKG_CONFIG}" --cflags --libs ${name}
            OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        # The linker looks there, too, for the shared libraries that others need.
        set(with_libraries "${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${folder}")
        run(${with_libraries} "${COMPILER}" "${CMAKE_CURRENT_LIST_DIR}/consumer/by_pkg_config/${name}.cpp" ${flags}
            -o "${work}/${name}")
        run(${with_libraries} "${work}/${name}")
    endforeach()
endif()
