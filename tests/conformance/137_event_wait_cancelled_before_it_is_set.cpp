// Who is cancelled before the event is set, also in the same turn, is cancelled; the others are woken in order.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_137 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::event& event, std::string name) {
    try {
        print(name, co_await event.wait());
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled", event.is_set());
    }
}

rota::coro<> async_main() {
    rota::event event;
    std::vector<rota::task<>> tasks;
    for (auto n : {"a", "b", "c"}) tasks.push_back(rota::create_task(waiter(event, n)));
    co_await rota::sleep(0s);
    tasks[1].cancel();
    event.set();
    co_await rota::gather(tasks);
    event.clear();
    try {
        co_await rota::wait_for(event.wait(), 1ms);
    } catch (rota::timeout_error const&) {
        print("timed out", event.is_set());
    }
    event.set();
    event.set();
    print(co_await rota::wait_for(event.wait(), 1s));
}

conformance::program const here(async_main);
}  // namespace program_137
