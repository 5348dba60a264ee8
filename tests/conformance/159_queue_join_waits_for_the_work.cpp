// join waits until task_done was called for each item that was ever put, not until the queue is empty.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_159 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> joiner(rota::queue<int>& queue) {
    co_await queue.join();
    print("joined");
}

rota::coro<> async_main() {
    rota::queue<int> queue;
    co_await queue.join();
    print("nothing to wait for");
    queue.put_nowait(1);
    queue.put_nowait(2);
    auto first = rota::create_task(joiner(queue));
    auto second = rota::create_task(joiner(queue));
    queue.get_nowait();
    queue.get_nowait();
    queue.task_done();
    co_await rota::sleep(0s);
    print("empty", queue.empty(), "joined", first.done());
    second.cancel();
    queue.put_nowait(static_cast<int>(queue.qsize()));
    queue.task_done();
    co_await rota::sleep(0s);
    print("one more was put", first.done(), second.cancelled());
    queue.task_done();
    co_await first;
    try {
        queue.task_done();
    } catch (rota::usage_error const&) {
        print("once too often");
    }
}

conformance::program const here(async_main);
}  // namespace program_159
