// Two tasks interleave at every await; code between awaits is never interrupted.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_01 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> worker(std::string name, int turns) {
    for (int i = 0; i < turns; ++i) {
        print(name, "turn", i);
        co_await rota::sleep(0s);
    }
    print(name, "done");
}

rota::coro<> async_main() {
    auto a = rota::create_task(worker("a", 3));
    auto b = rota::create_task(worker("b", 2));
    print("created");
    co_await a;
    co_await b;
    print("main done");
}

conformance::program const here(async_main);
}  // namespace program_01
