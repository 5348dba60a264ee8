# cmake -DPROGRAM=conformance -DNAME=... -DENGINE=... -DFOLDER=... -P run_conformance.cmake
set(EXPECTED "${FOLDER}/${NAME}.out")
if(EXISTS "${FOLDER}/${NAME}.rota")
    if(NOT EXISTS "${FOLDER}/${NAME}.why")
        message(FATAL_ERROR "${NAME}.rota differs from asyncio: say why in one or two lines in ${NAME}.why")
    endif()
    set(EXPECTED "${FOLDER}/${NAME}.rota")
endif()
set(ARGUMENTS "${NAME}" "${ENGINE}")
# The programs tell 10 ms from 30 by the real clock where the engine is real: a machine that holds them up for longer
# mixes them, as it does asyncio's. In simulation there is one answer.
if(NOT ENGINE STREQUAL "simulated")
    set(TRIES 3)
endif()
include("${CMAKE_CURRENT_LIST_DIR}/run_and_compare.cmake")
