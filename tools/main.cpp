#include "fetch.hpp"
#include "fetch_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace {

bool is_command(CLI::App const& program, std::string_view word) {
    return std::ranges::any_of(program.get_subcommands({}), [&](auto const* each) { return each->get_name() == word; });
}

// What was wrong, in words for who typed it.
std::string mistake(CLI::App const& program, CLI::ParseError const& error) {
    if (auto const unknown = program.remaining(true); !unknown.empty())
        return "there is no option " + tools::harmless(unknown.front());
    if (program.get_subcommands().empty()) return "no command was given";
    return error.what();
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
        // Not a mistake: --help and --version.
        if (error.get_exit_code() == 0) return program.exit(error);
        std::fputs(
            ("rota: " + mistake(program, error) + (fetch.parsed() ? " (rota fetch --help)" : " (rota --help)") + '\n')
                .c_str(),
            stderr);
        return 2;
    }
    try {
        if (fetch.parsed()) return tools::fetch(std::move(fetch_options));
    } catch (std::exception const& error) {
        std::fprintf(stderr, "rota: %s\n", error.what());
        return 2;
    }
    return 2;
}
