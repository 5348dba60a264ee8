// A cancel comes out of what the generator's body awaits, passes through its finally, and ends generator and task.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_111 {
using conformance::finally;
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<std::string> slow() {
    finally const last([] { print("the generator's finally"); });
    try {
        co_yield "first";
        co_await rota::sleep(10s);
        co_yield "second";
    } catch (rota::cancelled_error const&) {
        print("the generator is cancelled");
        throw;
    }
}

rota::coro<> use(rota::async_generator<std::string>& gen) {
    finally const last([] { print("the task's finally"); });
    while (auto item = co_await gen.next()) print(*item);
}

rota::coro<> async_main() {
    auto gen = slow();
    auto const task = rota::create_task(use(gen));
    co_await rota::sleep(0s);
    task.cancel();
    try {
        co_await task;
    } catch (rota::cancelled_error const&) {
        print("cancelled", task.cancelled());
    }
    auto const item = co_await gen.next();
    if (!item) print("the generator is over");
}

conformance::program const here(async_main);
}  // namespace program_111
