# cmake -DBUILD=... -DCOMPILER=... -DVERSION=... -P consumer_test.cmake
# Installs to a folder of its own, and builds and runs a program that knows no more than that folder: by find_package
# and, where there is a pkg-config, by that.
set(work "${BUILD}/consumer_test")
file(REMOVE_RECURSE "${work}")

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
    if(NOT status STREQUAL "0")
        message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${printed}")
    endif()
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${work}/prefix" --component library)
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${work}/build" -G Ninja
    "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DWANTED=${VERSION}")
run("${CMAKE_COMMAND}" --build "${work}/build")
run("${work}/build/consumer")

find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
    file(GLOB_RECURSE package "${work}/prefix/*/rota.pc")
    cmake_path(GET package PARENT_PATH folder)
    # The .pc file names the prefix that was configured; this one is elsewhere.
    execute_process(COMMAND "${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${folder}"
            "${PKG_CONFIG}" "--define-variable=prefix=${work}/prefix" --cflags --libs rota
        OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    run("${COMPILER}" "${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp" ${flags} -o "${work}/consumer")
    run("${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${folder}/.." "${work}/consumer")
endif()
