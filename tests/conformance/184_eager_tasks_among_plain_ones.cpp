// The first step of an eager task is taken at once; afterwards it takes turns with plain ones as all do.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_184 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> steps(std::string name) {
    for (int step = 0; step < 3; ++step) {
        print(name, step);
        co_await rota::sleep(0s);
    }
}

rota::coro<> async_main() {
    std::vector<rota::task<>> tasks;
    tasks.push_back(rota::create_task(steps("plain")));
    tasks.push_back(rota::create_task(rota::eager_start, steps("eager")));
    tasks.push_back(rota::create_task(steps("late")));
    rota::running_loop().call_soon([] { print("callback"); });
    tasks.push_back(rota::create_task(rota::eager_start, steps("last eager")));
    print("all are made");
    co_await rota::gather(tasks);
}

conformance::program const here(async_main);
}  // namespace program_184
