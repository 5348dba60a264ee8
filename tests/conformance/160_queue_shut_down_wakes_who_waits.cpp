// shutdown wakes all who wait for an item or for room with an error; what is in the queue can still be taken.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_160 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<std::string>;

rota::coro<> getter(items& queue, std::string name) {
    try {
        print(name, co_await queue.get());
    } catch (rota::queue_shut_down const&) {
        print(name, "shut down");
    }
}

rota::coro<> putter(items& queue, std::string item) {
    try {
        co_await queue.put(item);
    } catch (rota::queue_shut_down const&) {
        print("no", item, "any more");
    }
}

rota::coro<> async_main() {
    items queue(1);
    auto getters =
        std::vector{rota::create_task(getter(queue, "getter 0")), rota::create_task(getter(queue, "getter 1"))};
    co_await rota::sleep(0s);
    queue.shutdown();
    co_await rota::gather(getters);

    items full(1);
    full.put_nowait("left over");
    auto putters = std::vector{rota::create_task(putter(full, "a")), rota::create_task(putter(full, "b"))};
    co_await rota::sleep(0s);
    full.shutdown();
    full.shutdown();
    co_await rota::gather(putters);
    print(full.qsize(), full.full());
    co_await getter(full, "takes");
    co_await getter(full, "then");
    try {
        full.get_nowait();
    } catch (rota::queue_shut_down const&) {
        print("not even at once");
    }
    full.task_done();
    co_await full.join();
}

conformance::program const here(async_main);
}  // namespace program_160
