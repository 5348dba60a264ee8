// A lock knows no owner: any task may release it. A newcomer does not overtake; once too often is an error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_134 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> user(rota::lock& lock, std::string name) {
    co_await lock.acquire();
    print(name, "in");
}

rota::coro<> async_main() {
    rota::lock lock;
    co_await user(lock, "main");
    auto waiting = rota::create_task(user(lock, "waiting"));
    co_await rota::sleep(0s);
    lock.release();
    auto newcomer = rota::create_task(user(lock, "newcomer"));
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    print(waiting.done(), newcomer.done(), lock.locked());
    lock.release();
    co_await newcomer;
    lock.release();
    for (int i = 0; i < 2; ++i) {
        try {
            lock.release();
        } catch (rota::usage_error const&) {
            print("not held", lock.locked());
        }
    }
}

conformance::program const here(async_main);
}  // namespace program_134
