// A task that answers a cancel by waiting again keeps no place of its first wait; a second cancel ends the second.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_135 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> stubborn(rota::lock& lock) {
    for (int attempt = 1; attempt <= 2; ++attempt) {
        try {
            auto held = co_await lock.scoped_acquire();
            print("in");
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", rota::current_task().cancelling());
            rota::current_task().uncancel();
        }
    }
    co_return "gave up";
}

rota::coro<> polite(rota::lock& lock) {
    auto held = co_await lock.scoped_acquire();
    print("polite in");
}

rota::coro<> async_main() {
    rota::lock lock;
    co_await lock.acquire();
    auto task = rota::create_task(stubborn(lock));
    co_await rota::sleep(0s);
    auto other = rota::create_task(polite(lock));
    co_await rota::sleep(0s);
    for (int i = 0; i < 2; ++i) {
        task.cancel();
        co_await rota::sleep(0s);
    }
    print(co_await task);
    lock.release();
    co_await other;
    print(lock.locked());
}

conformance::program const here(async_main);
}  // namespace program_135
