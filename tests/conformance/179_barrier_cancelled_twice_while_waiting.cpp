// Cancelled once, then twice in one turn, a party leaves a barrier each time, and can come again.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <cstdint>

namespace program_179 {
using conformance::print;
using namespace std::chrono_literals;

std::uint32_t forgive() {
    std::uint32_t const count = rota::current_task().cancelling();
    while (rota::current_task().uncancel() != 0) continue;
    return count;
}

rota::coro<> stubborn(rota::barrier& barrier) {
    for (int attempt = 1; attempt <= 3; ++attempt) {
        try {
            co_await barrier.wait();
            print("passes at attempt", attempt);
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", forgive(), "waiting", barrier.n_waiting());
        }
    }
}

rota::coro<> async_main() {
    rota::barrier barrier(2);
    auto task = rota::create_task(stubborn(barrier));
    co_await rota::sleep(0s);
    print("waiting", barrier.n_waiting());
    print(task.cancel());
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    print("waiting", barrier.n_waiting());
    bool const first = task.cancel();
    bool const second = task.cancel();
    print(first, second, barrier.n_waiting());
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    print("waiting", barrier.n_waiting());
    co_await barrier.wait();
    co_await task;
    print("waiting", barrier.n_waiting(), "broken", barrier.broken());
}

conformance::program const here(async_main);
}  // namespace program_179
