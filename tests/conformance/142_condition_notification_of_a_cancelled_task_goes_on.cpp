// A task that was notified, and is cancelled before it has the lock, hands its notification to the next.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_142 {
using conformance::each;
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::condition& condition, std::string name) {
    try {
        auto held = co_await condition.scoped_acquire();
        co_await condition.wait();
        print(name, "notified");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    rota::condition condition;
    std::vector<rota::task<>> tasks;
    for (auto n : {"first", "second", "third"}) tasks.push_back(rota::create_task(waiter(condition, n)));
    co_await rota::sleep(0s);
    {
        auto held = co_await condition.scoped_acquire();
        condition.notify();
        tasks[0].cancel();
    }
    for (int i = 0; i < 6; ++i) co_await rota::sleep(0s);
    print(each(tasks, [](auto const& t) { return t.done(); }));
    {
        auto held = co_await condition.scoped_acquire();
        condition.notify();
    }
    co_await rota::gather(tasks);
    print(condition.locked());
}

conformance::program const here(async_main);
}  // namespace program_142
