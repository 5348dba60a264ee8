#include "fetch.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

namespace {

bool is_command(CLI::App const& program, std::string_view word) {
    return std::ranges::any_of(program.get_subcommands({}), [&](auto const* each) { return each->get_name() == word; });
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App program("rota: asyncio for C++, on the command line", "rota");
    program.set_version_flag("--version", "rota " ROTA_VERSION);
    program.require_subcommand(1);
    tools::fetch_options fetch_options;
    auto const& fetch = tools::add_fetch(program, fetch_options);
    if (count > 1 && arguments[1][0] != '-' && !is_command(program, arguments[1])) {
        std::fprintf(stderr, "rota: there is no command '%s'; rota --help lists them\n", arguments[1]);
        return 2;
    }
    try {
        program.parse(count, arguments);
    } catch (CLI::ParseError const& error) {
        // CLI11 has a status for each kind of mistake; a shell expects one.
        return program.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (fetch.parsed()) return tools::fetch(std::move(fetch_options));
    } catch (std::exception const& error) {
        std::fprintf(stderr, "rota: %s\n", error.what());
        return 2;
    }
    return 2;
}
