// A cancel comes out of a condition's wait only when the lock is held again.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_141 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::condition& condition) {
    auto held = co_await condition.scoped_acquire();
    try {
        co_await condition.wait();
    } catch (rota::cancelled_error const&) {
        print("cancelled, lock held", condition.locked());
        throw;
    }
}

rota::coro<> async_main() {
    rota::condition condition;
    auto task = rota::create_task(waiter(condition));
    co_await rota::sleep(0s);
    print("given up meanwhile", condition.locked());
    co_await condition.acquire();
    task.cancel();
    for (int i = 0; i < 3; ++i) co_await rota::sleep(0s);
    print("still waits for the lock", task.done());
    print(task.cancel());
    co_await rota::sleep(0s);
    print("also when cancelled twice", task.done());
    condition.release();
    std::vector const ending{task};
    co_await rota::wait(ending);
    print(task.cancelled(), condition.locked());
}

conformance::program const here(async_main);
}  // namespace program_141
