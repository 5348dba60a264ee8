// Who is cancelled after the event was set, but before its turn, is cancelled all the same.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_138 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::event& event) {
    try {
        print(co_await event.wait());
        co_await rota::sleep(0s);
        print("never");
    } catch (rota::cancelled_error const&) {
        print("cancelled");
        throw;
    }
}

rota::coro<> async_main() {
    rota::event event;
    auto task = rota::create_task(waiter(event));
    co_await rota::sleep(0s);
    event.set();
    task.cancel();
    std::vector const ending{task};
    co_await rota::wait(ending);
    print(task.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_138
