// Permits go out in the order in which they were asked for: nobody overtakes, also when some waiters are cancelled.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_146 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> taker(rota::semaphore& semaphore, std::string name) {
    try {
        co_await semaphore.acquire();
        print(name);
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    rota::semaphore semaphore(0);
    std::vector<rota::task<>> tasks;
    for (auto n : {"a", "b", "c", "d", "e", "f"}) tasks.push_back(rota::create_task(taker(semaphore, n)));
    co_await rota::sleep(0s);
    tasks[0].cancel();
    tasks[3].cancel();
    semaphore.release();
    tasks.push_back(rota::create_task(taker(semaphore, "newcomer")));
    co_await rota::sleep(0s);
    print("locked for a newcomer", semaphore.locked());
    for (int i = 0; i < 5; ++i) {
        semaphore.release();
        co_await rota::sleep(0s);
    }
    co_await rota::gather(tasks);
    print(semaphore.locked());
    co_await semaphore.acquire();
    print(semaphore.locked());
}

conformance::program const here(async_main);
}  // namespace program_146
