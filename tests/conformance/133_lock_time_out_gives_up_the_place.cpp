// Whoever gives up waiting for a lock by a time-out loses its place and nothing else.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_133 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> patient(rota::lock& lock) {
    auto held = co_await lock.scoped_acquire();
    print("patient in");
}

rota::coro<> async_main() {
    rota::lock lock;
    co_await lock.acquire();
    try {
        co_await rota::wait_for(lock.acquire(), 0s);
    } catch (rota::timeout_error const&) {
        print("no time at all");
    }
    auto waiting = rota::create_task(patient(lock));
    auto const impatient = [&]() -> rota::coro<> {
        auto held = co_await lock.scoped_acquire();
        print("never");
    };
    try {
        co_await rota::with_timeout(1ms, impatient);
    } catch (rota::timeout_error const&) {
        print("gave up", lock.locked());
    }
    lock.release();
    co_await waiting;
    print(lock.locked());
    co_await rota::wait_for(lock.acquire(), 1s);
    print(lock.locked());
}

conformance::program const here(async_main);
}  // namespace program_133
