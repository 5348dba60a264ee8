# cmake -DPROGRAM=... [-DARGUMENTS=a;b] -DEXPECTED=FILE -P run_and_compare.cmake
# Runs the program and compares what it prints with FILE; a FILE named *.match holds a regular expression a line.
execute_process(COMMAND "${PROGRAM}" ${ARGUMENTS}
    OUTPUT_VARIABLE printed ERROR_VARIABLE complained RESULT_VARIABLE status)
# file(READ) and not file(STRINGS): the comparison is byte for byte.
file(READ "${EXPECTED}" expected)

if(NOT status STREQUAL "0")
    message(FATAL_ERROR "${PROGRAM} ended with ${status}.\nIt printed:\n${printed}\nand complained:\n${complained}")
endif()

if(EXPECTED MATCHES "\\.match$")
    set(rest "${printed}")
    set(patterns "${expected}")
    set(number 0)
    while(NOT patterns STREQUAL "")
        math(EXPR number "${number} + 1")
        string(REGEX MATCH "^[^\n]*" pattern "${patterns}")
        string(REGEX REPLACE "^[^\n]*\n?" "" patterns "${patterns}")
        string(REGEX MATCH "^[^\n]*" line "${rest}")
        if(rest STREQUAL "" OR NOT line MATCHES "^(${pattern})$")
            message(FATAL_ERROR "Line ${number} should match\n  ${pattern}\nand is\n  ${line}\nAll of it:\n${printed}")
        endif()
        string(REGEX REPLACE "^[^\n]*\n?" "" rest "${rest}")
    endwhile()
    if(NOT rest STREQUAL "")
        message(FATAL_ERROR "More lines than ${EXPECTED} has:\n${rest}")
    endif()
elseif(NOT printed STREQUAL expected)
    string(RANDOM LENGTH 12 suffix)
    file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/printed.${suffix}" "${printed}")
    execute_process(COMMAND diff -u "${EXPECTED}" "${CMAKE_CURRENT_BINARY_DIR}/printed.${suffix}"
        OUTPUT_VARIABLE difference)
    file(REMOVE "${CMAKE_CURRENT_BINARY_DIR}/printed.${suffix}")
    message(FATAL_ERROR "It printed something else than ${EXPECTED}:\n${difference}\nand complained:\n${complained}")
endif()
