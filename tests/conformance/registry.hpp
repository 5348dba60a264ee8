#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/run.hpp>

#include <source_location>

namespace conformance {

/// Makes a function a program of this collection, called as its file is. Several files are compiled as one, so each has a
/// namespace of its own, called by its number:
///
///     namespace program_47 {
///     rota::coro<> async_main() { ... }
///     conformance::program const here(async_main);
///     }  // namespace program_47
class program {
public:
    explicit program(rota::coro<> (*async_main)(), std::source_location where = std::source_location::current());
    /// For who calls `rota::run` itself, with these options.
    explicit program(void (*module)(rota::runner_options const&),
                     std::source_location where = std::source_location::current());
};

/// The options `conformance` was called with, for a program that calls `rota::run` itself and not at once.
rota::runner_options const& options();

}  // namespace conformance
