// A lock that is handed to a task which is cancelled in the same turn goes on to the next.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_132 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> user(rota::lock& lock, std::string name) {
    try {
        auto held = co_await lock.scoped_acquire();
        print(name, "in");
        co_await rota::sleep(0s);
        print(name, "out");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    rota::lock lock;
    co_await lock.acquire();
    std::vector<rota::task<>> tasks;
    for (auto name : {"first", "second"}) tasks.push_back(rota::create_task(user(lock, name)));
    co_await rota::sleep(0s);
    lock.release();
    tasks[0].cancel();
    co_await rota::wait(tasks);
    print("locked", lock.locked());
}

conformance::program const here(async_main);
}  // namespace program_132
