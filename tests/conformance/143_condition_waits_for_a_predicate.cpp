// wait_for asks its predicate at once and after each notification, with the lock held, and gives what it gave.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_143 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::condition condition;
    int count = 0;
    auto const predicate = [&] {
        print("asked at", count, condition.locked());
        return count >= 3 ? count : 0;
    };
    auto const waiter = [&]() -> rota::coro<int> {
        auto held = co_await condition.scoped_acquire();
        co_return co_await condition.wait_for(predicate);
    };
    auto task = rota::create_task(waiter());
    co_await rota::sleep(0s);
    while (!task.done()) {
        {
            auto held = co_await condition.scoped_acquire();
            ++count;
            condition.notify_all();
        }
        for (int i = 0; i < 4; ++i) co_await rota::sleep(0s);
    }
    print("gave", co_await task);
    {
        auto held = co_await condition.scoped_acquire();
        print("at once", co_await condition.wait_for(predicate));
    }
    auto const fails = []() -> bool { throw value_error("from the predicate"); };
    try {
        auto held = co_await condition.scoped_acquire();
        co_await condition.wait_for(fails);
    } catch (value_error const& error) {
        print(error, condition.locked());
    }
}

conformance::program const here(async_main);
}  // namespace program_143
