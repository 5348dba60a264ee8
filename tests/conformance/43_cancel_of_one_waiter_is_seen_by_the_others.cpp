// Cancelling one of two waiters cancels the task they wait for, so the other one sees it too; shield spares both.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_43 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> sleeps() { co_await rota::sleep(10s); }

void seen(std::string const& name) { print(name, "sees a cancel, of its own:", rota::current_task().cancelling()); }

rota::coro<> waiter(std::string name, rota::task<> awaited) {
    try {
        co_await awaited;
    } catch (rota::cancelled_error const&) {
        seen(name);
    }
}

rota::coro<> shields(std::string name, rota::task<> awaited) {
    try {
        co_await rota::shield(awaited);
    } catch (rota::cancelled_error const&) {
        seen(name);
    }
}

rota::coro<> async_main() {
    auto task = rota::create_task(sleeps());
    auto one = rota::create_task(waiter("one", task));
    auto two = rota::create_task(waiter("two", task));
    co_await rota::sleep(0s);
    one.cancel();
    co_await rota::wait(one, two);
    print(task.cancelled());
    task = rota::create_task(sleeps());
    auto three = rota::create_task(shields("three", task));
    auto four = rota::create_task(waiter("four", task));
    co_await rota::sleep(0s);
    three.cancel();
    co_await rota::wait(three);
    print(task.done(), four.done());
}

conformance::program const here(async_main);
}  // namespace program_43
