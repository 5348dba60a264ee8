// A cancel goes from the task that waits to the one it waits for, down to the last, and comes back up.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_41 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> last() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("last", rota::current_task().cancelling());
        throw;
    }
}

rota::coro<> waits_for(std::string name, rota::task<> task) {
    try {
        co_await task;
    } catch (rota::cancelled_error const&) {
        print(name, rota::current_task().cancelling(), task.cancelled());
        throw;
    }
}

rota::coro<> async_main() {
    auto c = rota::create_task(last());
    auto b = rota::create_task(waits_for("middle", c));
    auto a = rota::create_task(waits_for("first", b));
    co_await rota::sleep(0s);
    bool const asked = a.cancel();
    print(asked, b.cancelling(), c.cancelling());
    co_await rota::wait(a);
    print(a.cancelled(), b.cancelled(), c.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_41
