// notify(n) wakes the n that have waited longest, notify_all the rest; more than there are is no error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_140 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::condition& condition, int name) {
    auto held = co_await condition.scoped_acquire();
    bool const waited = co_await condition.wait();
    print(name, waited, condition.locked());
}

rota::coro<> async_main() {
    rota::condition condition;
    std::vector<rota::task<>> tasks;
    for (int i = 0; i < 6; ++i) tasks.push_back(rota::create_task(waiter(condition, i)));
    co_await rota::sleep(0s);
    for (std::size_t n = 0; n < 3; ++n) {
        {
            auto held = co_await condition.scoped_acquire();
            condition.notify(n);
            print("notified", n);
        }
        for (int i = 0; i < 5; ++i) co_await rota::sleep(0s);
        print("done", std::ranges::count_if(tasks, [](auto const& t) { return t.done(); }));
    }
    {
        auto held = co_await condition.scoped_acquire();
        condition.notify(100);
    }
    co_await rota::gather(tasks);
    {
        auto held = co_await condition.scoped_acquire();
        condition.notify();
        condition.notify_all();
    }
    print(condition.locked());
}

conformance::program const here(async_main);
}  // namespace program_140
