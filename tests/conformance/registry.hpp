#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/run.hpp>

#include <source_location>

namespace conformance {

/// Makes a function a program of this collection, called as its file is:
///
///     conformance::program const here(async_main);
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
