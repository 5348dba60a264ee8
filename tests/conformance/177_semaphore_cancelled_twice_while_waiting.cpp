// Cancelled once, then twice in one turn: each time a task loses its place at a semaphore, and no permit.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <cstdint>

namespace program_177 {
using conformance::print;
using namespace std::chrono_literals;

std::uint32_t forgive() {
    std::uint32_t const count = rota::current_task().cancelling();
    while (rota::current_task().uncancel() != 0) continue;
    return count;
}

rota::coro<> stubborn(rota::semaphore& semaphore) {
    for (int attempt = 1; attempt <= 3; ++attempt) {
        try {
            auto held = co_await semaphore.scoped_acquire();
            print("stubborn in at attempt", attempt);
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", forgive());
        }
    }
}

rota::coro<> polite(rota::semaphore& semaphore) {
    auto held = co_await semaphore.scoped_acquire();
    print("polite in");
}

rota::coro<> async_main() {
    rota::semaphore semaphore(1);
    co_await semaphore.acquire();
    auto task = rota::create_task(stubborn(semaphore));
    co_await rota::sleep(0s);
    auto other = rota::create_task(polite(semaphore));
    co_await rota::sleep(0s);
    print(task.cancel());
    co_await rota::sleep(0s);
    bool const first = task.cancel();
    bool const second = task.cancel();
    print(first, second, task.cancelling());
    co_await rota::sleep(0s);
    semaphore.release();
    co_await rota::gather(task, other);
    co_await semaphore.acquire();
    print(semaphore.locked());
}

conformance::program const here(async_main);
}  // namespace program_177
