// Cancelled once, then twice in one turn, a task has its condition's lock each time, and can still be notified.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <cstdint>

namespace program_178 {
using conformance::print;
using namespace std::chrono_literals;

std::uint32_t forgive() {
    std::uint32_t const count = rota::current_task().cancelling();
    while (rota::current_task().uncancel() != 0) continue;
    return count;
}

rota::coro<> stubborn(rota::condition& condition) {
    auto held = co_await condition.scoped_acquire();
    for (int attempt = 1; attempt <= 3; ++attempt) {
        try {
            co_await condition.wait();
            print("notified at attempt", attempt);
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", forgive(), "lock held", condition.locked());
        }
    }
}

rota::coro<> twice_for_the_lock(rota::condition& condition) {
    auto held = co_await condition.scoped_acquire();
    try {
        co_await condition.wait();
    } catch (rota::cancelled_error const&) {
        print("came back with", forgive());
    }
}

rota::coro<> async_main() {
    rota::condition condition;
    auto task = rota::create_task(stubborn(condition));
    co_await rota::sleep(0s);
    print(task.cancel());
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    bool const first = task.cancel();
    bool const second = task.cancel();
    print(first, second, condition.locked());
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    {
        auto held = co_await condition.scoped_acquire();
        condition.notify();
    }
    co_await task;
    auto other = rota::create_task(twice_for_the_lock(condition));
    co_await rota::sleep(0s);
    co_await condition.acquire();
    for (int i = 0; i < 2; ++i) {
        other.cancel();
        co_await rota::sleep(0s);
    }
    print("waits for the lock", !other.done());
    condition.release();
    co_await other;
    print(condition.locked());
}

conformance::program const here(async_main);
}  // namespace program_178
