// Callbacks of a task and tasks that wait for it have their turns in the order in which they came to it.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_52 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> work(rota::event& gate) {
    co_await gate.wait();
    co_return "value";
}

rota::coro<> waiter(std::string name, rota::task<std::string> task) { print(name, co_await task); }

rota::coro<> async_main() {
    rota::event gate;
    auto task = rota::create_task(work(gate));
    task.add_done_callback([&](auto) { print("first callback", task.result()); });
    auto one = rota::create_task(waiter("first waiter", task));
    co_await rota::sleep(0s);
    task.add_done_callback([&](auto t) { print("second callback", t == task); });
    auto two = rota::create_task(waiter("second waiter", task));
    co_await rota::sleep(0s);
    gate.set();
    co_await rota::wait(one, two);
    task.add_done_callback([](auto) { print("late callback"); });
    print("never at once");
    co_await rota::sleep(0s);
}

conformance::program const here(async_main);
}  // namespace program_52
