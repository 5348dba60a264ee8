// Without the lock neither wait nor notify works; conditions may share one; a time-out leaves with it held.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_144 {
using conformance::print;
using namespace std::chrono_literals;

template <class F>
void misuse(F f) {
    try {
        f();
    } catch (rota::usage_error const&) {
        print("error");
    }
}

rota::coro<> async_main() {
    rota::lock lock;
    rota::condition full(lock);
    rota::condition empty(lock);
    misuse([&] { full.notify(); });
    misuse([&] { full.notify_all(); });
    misuse([&] { full.release(); });
    try {
        co_await full.wait();
    } catch (rota::usage_error const&) {
        print("error too");
    }
    {
        auto held = co_await full.scoped_acquire();
        print(full.locked(), empty.locked(), lock.locked());
        empty.notify();
        try {
            co_await rota::wait_for(full.wait(), 1ms);
        } catch (rota::timeout_error const&) {
            print("timed out", lock.locked());
        }
    }
    print(lock.locked());
}

conformance::program const here(async_main);
}  // namespace program_144
