// A task with a cancel pending awaits another task: who is cancelled?
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_207 {
using namespace std::chrono_literals;
using conformance::print;

rota::coro<> work() {
    try {
        co_await rota::sleep(10ms);
        print("the other has done its work");
    } catch (rota::cancelled_error const&) {
        print("the other is cancelled");
        throw;
    }
}

rota::coro<> waiter(rota::task<> other) {
    rota::current_task().cancel();
    try {
        co_await other;
    } catch (rota::cancelled_error const&) {
        print("the waiter is cancelled");
        rota::current_task().uncancel();
    }
}

rota::coro<> async_main() {
    auto const other = rota::create_task(work());
    co_await rota::yield();
    auto const waits = rota::create_task(waiter(other));
    co_await waits;
    std::vector<rota::task<>> const others{other};
    co_await rota::wait(others);
    print("cancelled:", other.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_207
