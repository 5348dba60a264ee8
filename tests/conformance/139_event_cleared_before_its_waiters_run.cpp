// An event that is set and cleared at once wakes those who waited; who waits then needs another set.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_139 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::event& event, std::string name) {
    bool const waited = co_await event.wait();
    print(name, waited, event.is_set());
}

rota::coro<> async_main() {
    rota::event event;
    std::vector<rota::task<>> early;
    for (int i = 0; i < 3; ++i) early.push_back(rota::create_task(waiter(event, "early " + std::to_string(i))));
    co_await rota::sleep(0s);
    event.set();
    event.clear();
    auto late = rota::create_task(waiter(event, "late"));
    co_await rota::gather(early);
    print("late done", late.done());
    event.set();
    co_await late;
}

conformance::program const here(async_main);
}  // namespace program_139
