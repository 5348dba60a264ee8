#pragma once

#include <rota/engine/engine.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tools {

/// What `rota fetch` was asked to do.
struct fetch_options {
    std::vector<std::string> urls;
    std::string input;
    std::size_t at_once = 100;
    double timeout = 30;
    std::string folder;
    std::string trusted_file;
    rota::engine_kind engine = rota::engine_kind::automatic;
    std::uint64_t max_size = std::uint64_t{1} << 30;
};

/// Adds the subcommand `fetch`, which fills `options`.
CLI::App& add_fetch(CLI::App& program, fetch_options& options);

/// Fetches; gives the exit status: 0, 1 where a page failed, 2 where there was nothing that could be begun. Ends the process
/// by SIGINT or SIGTERM where that interrupted it.
int fetch(fetch_options options);

}  // namespace tools
