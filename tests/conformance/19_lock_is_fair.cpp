// A lock serves its waiters first come, first served, also when one in the middle is cancelled.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_19 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> user(rota::lock& lock, std::string name) {
    try {
        auto held = co_await lock.scoped_acquire();
        print(name, "in");
        co_await rota::sleep(10ms);
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    rota::lock lock;
    std::vector<rota::task<>> tasks;
    for (auto n : {"a", "b", "c", "d"}) tasks.push_back(rota::create_task(user(lock, n)));
    co_await rota::sleep(0s);
    tasks[1].cancel();
    co_await rota::gather(tasks);
    print("locked", lock.locked());
    try {
        lock.release();
    } catch (rota::usage_error const&) {
        print("release of a free lock is an error");
    }
}

conformance::program const here(async_main);
}  // namespace program_19
