// A permit that is handed to a task which is cancelled in the same turn is not lost.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_147 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> user(rota::semaphore& semaphore, std::string name) {
    try {
        auto permit = co_await semaphore.scoped_acquire();
        print(name, "in");
        co_await rota::sleep(0s);
        print(name, "out");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled");
    }
}

rota::coro<> async_main() {
    rota::semaphore semaphore(1);
    co_await semaphore.acquire();
    std::vector<rota::task<>> tasks;
    for (auto name : {"first", "second"}) tasks.push_back(rota::create_task(user(semaphore, name)));
    co_await rota::sleep(0s);
    semaphore.release();
    tasks[0].cancel();
    co_await rota::wait(tasks);
    print(semaphore.locked());
    co_await semaphore.acquire();
    print(semaphore.locked());
}

conformance::program const here(async_main);
}  // namespace program_147
