// A bounded queue holds its producer back; join waits until every item is done.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_23 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::queue<int> q(2);
    auto const producer = [&]() -> rota::coro<> {
        for (int i = 0; i < 5; ++i) {
            co_await q.put(i);
            print("put", i, "size", q.qsize());
        }
    };
    auto const consumer = [&]() -> rota::coro<> {
        while (true) {
            int const i = co_await q.get();
            print("got", i);
            co_await rota::sleep(10ms);
            q.task_done();
        }
    };
    auto p = rota::create_task(producer());
    co_await rota::sleep(0s);
    print("full", q.full());
    auto c = rota::create_task(consumer());
    co_await p;
    co_await q.join();
    c.cancel();
    print("empty", q.empty());
    try {
        q.get_nowait();
    } catch (rota::queue_empty const&) {
        print("QueueEmpty");
    }
    try {
        q.task_done();
    } catch (rota::usage_error const&) {
        print("task_done too often");
    }
}

conformance::program const here(async_main);
}  // namespace program_23
