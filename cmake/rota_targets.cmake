# What all of Rota's own targets have in common: the language, the warnings, the sanitizers.

# Not -Wnon-virtual-dtor: awaiters have virtual functions, live in frames and are never deleted through a base;
# -Wdelete-non-virtual-dtor, part of -Wall, sees where that is not so.
set(ROTA_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Woverloaded-virtual -Wold-style-cast -Wcast-align
    -Wunused -Wformat=2 -Wimplicit-fallthrough -Wextra-semi -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # -Wnull-dereference stays off: GCC 12 sees null in the frames of coroutines, where there is none.
    list(APPEND ROTA_WARNINGS -Wduplicated-cond -Wlogical-op -Wsuggest-override)
    if(ROTA_SANITIZE)
        # The instrumentation hides initialisations from the optimizer.
        list(APPEND ROTA_WARNINGS -Wno-maybe-uninitialized)
    endif()
endif()

# Rota's own code, as against code that only uses it.
function(rota_own_code target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES
        CXX_EXTENSIONS OFF
        POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    target_compile_options(${target} PRIVATE ${ROTA_WARNINGS} $<$<BOOL:${ROTA_WERROR}>:-Werror>)
    if(ROTA_SANITIZE)
        # Public: what links an instrumented library needs the runtime too.
        target_compile_options(${target} PUBLIC
            -fsanitize=${ROTA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${ROTA_SANITIZE})
    endif()
endfunction()

# rota_precompile(TARGET HEADER...): what most of its files include is read once. Where ROTA_PRECOMPILE is off, in
# clang-debug, a missing #include shows.
function(rota_precompile target)
    if(NOT ROTA_PRECOMPILE)
        return()
    endif()
    target_precompile_headers(${target} PRIVATE ${ARGN})
    rota_use_precompiled(${target})
endfunction()

# rota_precompile_as(TARGET OTHER): with the headers that OTHER has precompiled; both are programs.
function(rota_precompile_as target other)
    if(NOT ROTA_PRECOMPILE)
        return()
    endif()
    target_precompile_headers(${target} REUSE_FROM ${other})
    rota_use_precompiled(${target})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # Out of a precompiled header GCC 12 tells of what it otherwise knows for faults of its own in <string>.
        target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
    endif()
endfunction()

# ccache asks for these.
function(rota_use_precompiled target)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -fpch-preprocess)
    else()
        target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
endfunction()

# rota_component(NAME ALIAS SOURCE...): a library that is installed and exported as rota::ALIAS.
function(rota_component target exported)
    add_library(${target} ${ARGN})
    add_library(rota::${exported} ALIAS ${target})
    rota_own_code(${target})
    target_include_directories(${target}
        PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
        PRIVATE "${PROJECT_SOURCE_DIR}/src")
    # Until 1.0 each minor version has a binary interface of its own.
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${exported}
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    set_property(GLOBAL APPEND PROPERTY ROTA_COMPONENTS ${target})
endfunction()

# rota_program(NAME SOURCE...): a program of ours on all components there are.
function(rota_program target)
    add_executable(${target} ${ARGN})
    rota_own_code(${target})
    get_property(components GLOBAL PROPERTY ROTA_COMPONENTS)
    target_link_libraries(${target} PRIVATE ${components})
endfunction()

# rota_precompiled_headers(TARGET HEADER...): a program of nothing but headers, for others to precompile as.
function(rota_precompiled_headers target)
    if(NOT ROTA_PRECOMPILE)
        return()
    endif()
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp" CONTENT "int main() {}\n")
    rota_program(${target} "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp")
    rota_precompile(${target} ${ARGN})
endfunction()
