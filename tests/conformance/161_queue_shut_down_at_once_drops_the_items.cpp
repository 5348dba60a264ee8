// shutdown(immediate=True) drops what is left and counts it as done; what was taken, join still waits for.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_161 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> joiner(rota::queue<int>& queue) {
    co_await queue.join();
    print("joined");
}

rota::coro<> async_main() {
    rota::queue<int> queue;
    for (int i = 0; i < 3; ++i) queue.put_nowait(i);
    auto join = rota::create_task(joiner(queue));
    co_await rota::sleep(0s);
    print("at work on", queue.get_nowait());
    queue.shutdown(true);
    print(queue.qsize(), queue.empty());
    try {
        co_await queue.get();
    } catch (rota::queue_shut_down const&) {
        print("nothing left");
    }
    try {
        co_await queue.put(4);
    } catch (rota::queue_shut_down const&) {
        print("nothing goes in");
    }
    co_await rota::sleep(0s);
    print("joined early", join.done());
    queue.task_done();
    co_await join;
    try {
        queue.task_done();
    } catch (rota::usage_error const&) {
        print("all were done");
    }
}

conformance::program const here(async_main);
}  // namespace program_161
