// Who waits for a task that somebody else cancels gets the error, has no request of its own, and goes on.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_42 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> sleeps() { co_await rota::sleep(10s); }

rota::coro<std::string> waiter(rota::task<> task) {
    try {
        co_await task;
    } catch (rota::cancelled_error const&) {
        print("caught", rota::current_task().cancelling());
    }
    co_await rota::sleep(0s);
    co_return "went on";
}

rota::coro<> async_main() {
    auto task = rota::create_task(sleeps());
    auto w = rota::create_task(waiter(task));
    co_await rota::sleep(0s);
    task.cancel();
    auto const value = co_await w;
    print(value, w.cancelled(), task.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_42
