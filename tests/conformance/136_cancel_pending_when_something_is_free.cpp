// A task that has cancelled itself takes what is free, and is stopped where it first has to wait.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_136 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> task_body() {
    rota::lock lock;
    rota::current_task().cancel();
    try {
        co_await lock.acquire();
        print("took the lock");
        co_await rota::sleep(0s);
        print("never");
    } catch (rota::cancelled_error const&) {
        print("cancelled", lock.locked(), rota::current_task().cancelling());
        throw;
    }
}

rota::coro<> async_main() {
    auto task = rota::create_task(task_body());
    std::vector const ending{task};
    co_await rota::wait(ending);
    print(task.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_136
