// Whoever is cancelled while it waits for a lock leaves no trace: the next gets it, and at the end it is free.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_131 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> user(rota::lock& lock, std::string name) {
    try {
        auto held = co_await lock.scoped_acquire();
        print(name, "in");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled", lock.locked());
        throw;
    }
}

rota::coro<> async_main() {
    rota::lock lock;
    co_await lock.acquire();
    auto first = rota::create_task(user(lock, "first"));
    auto second = rota::create_task(user(lock, "second"));
    auto third = rota::create_task(user(lock, "third"));
    co_await rota::sleep(0s);
    bool const asked = second.cancel();
    print(asked, third.cancel());
    std::vector const ending{second, third};
    co_await rota::wait(ending);
    lock.release();
    print("handed over", first.done());
    co_await first;
    print(second.cancelled(), third.cancelled(), lock.locked());
    co_await lock.acquire();
    print(lock.locked());
}

conformance::program const here(async_main);
}  // namespace program_131
