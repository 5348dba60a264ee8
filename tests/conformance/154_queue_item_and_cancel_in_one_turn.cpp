// An item that is put for a task which is cancelled in the same turn is not lost.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_154 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<std::string>;

rota::coro<> getter(items& queue, std::string name) {
    try {
        print(name, "got", co_await queue.get());
        co_await rota::sleep(0s);
        print(name, "done");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    items queue;
    auto first = rota::create_task(getter(queue, "first"));
    auto second = rota::create_task(getter(queue, "second"));
    co_await rota::sleep(0s);
    queue.put_nowait("x");
    first.cancel();
    co_await first;
    queue.put_nowait("y");
    co_await second;
    std::vector<std::string> left;
    while (!queue.empty()) left.push_back(queue.get_nowait());
    print(left);
}

conformance::program const here(async_main);
}  // namespace program_154
