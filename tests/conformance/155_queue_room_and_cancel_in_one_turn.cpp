// Room that is made for a task which is cancelled in the same turn goes to the next.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_155 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<std::string>;

rota::coro<> putter(items& queue, std::string item) {
    try {
        co_await queue.put(item);
        print("put", item);
        co_await rota::sleep(0s);
        print("done", item);
    } catch (rota::cancelled_error const&) {
        print("cancelled", item);
    }
}

rota::coro<> async_main() {
    items queue(1);
    queue.put_nowait("x");
    auto a = rota::create_task(putter(queue, "a"));
    auto b = rota::create_task(putter(queue, "b"));
    co_await rota::sleep(0s);
    print(queue.get_nowait());
    a.cancel();
    co_await a;
    while (!b.done() || !queue.empty()) {
        print(co_await queue.get());
        co_await rota::sleep(0s);
    }
    print(queue.empty());
}

conformance::program const here(async_main);
}  // namespace program_155
