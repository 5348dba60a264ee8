// conformance NAME ENGINE [SEED]: prints what NAME prints on that engine. conformance --list: the names.
#include "registry.hpp"

#include <rota/engine/engine.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct entry {
    rota::coro<> (*async_main)() = nullptr;
    void (*module)(rota::runner_options const&) = nullptr;
};

std::map<std::string, entry>& programs() {
    static std::map<std::string, entry> all;
    return all;
}

void add(std::source_location const& where, entry what) {
    programs().emplace(std::filesystem::path(where.file_name()).stem().string(), what);
}

rota::runner_options chosen;

std::map<std::string_view, rota::engine_kind> const engines = {
    {"auto", rota::engine_kind::automatic},
    {"uring", rota::engine_kind::uring},
    {"epoll", rota::engine_kind::epoll},
    {"simulated", rota::engine_kind::simulated},
};

int usage() {
    std::fputs("conformance NAME auto|uring|epoll|simulated [SEED]\nconformance --list\n", stderr);
    return 2;
}

}  // namespace

namespace conformance {

program::program(rota::coro<> (*async_main)(), std::source_location where) { add(where, {async_main, nullptr}); }

program::program(void (*module)(rota::runner_options const&), std::source_location where) {
    add(where, {nullptr, module});
}

rota::runner_options const& options() { return chosen; }

}  // namespace conformance

int main(int argc, char** argv) {
    std::vector<std::string_view> const arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && arguments[0] == "--list") {
        for (auto const& [name, _] : programs()) std::puts(name.c_str());
        return 0;
    }
    if (arguments.size() < 2 || arguments.size() > 3) return usage();
    auto const found = programs().find(std::string(arguments[0]));
    auto const engine = engines.find(arguments[1]);
    if (found == programs().end() || engine == engines.end()) return usage();
    chosen = rota::runner_options(engine->second);
    if (arguments.size() == 3) chosen.engine.seed = std::strtoull(argv[3], nullptr, 10);
    try {
        if (found->second.module)
            found->second.module(chosen);
        else
            rota::run(chosen, found->second.async_main());
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s: %s\n", found->first.c_str(), error.what());
        return 1;
    }
    return 0;
}
