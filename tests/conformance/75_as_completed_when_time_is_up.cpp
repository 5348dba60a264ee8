// as_completed with a limit gives what ended in time, then raises for the rest, which runs on.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_75 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> ends(rota::event& gate, std::string value) {
    co_await gate.wait();
    co_return value;
}

rota::coro<> draws(rota::task<std::string> task) {
    auto finished = rota::as_completed(task);
    while (auto t = co_await finished.next()) co_await t;
}

rota::coro<> async_main() {
    rota::event gate;
    rota::event open_gate;
    open_gate.set();
    auto slow = rota::create_task(ends(gate, "slow"));
    std::vector const tasks{slow, rota::create_task(ends(open_gate, "quick"))};
    for (auto& next_done : rota::as_completed(tasks, 1ms)) {
        try {
            print(co_await next_done);
        } catch (rota::timeout_error const&) {
            print("TimeoutError", slow.done(), slow.cancelling());
        }
    }
    auto d = rota::create_task(draws(slow));
    co_await rota::sleep(0s);
    d.cancel();
    co_await rota::wait(d);
    print(d.cancelled(), slow.done());
    gate.set();
    print(co_await slow);
}

conformance::program const here(async_main);
}  // namespace program_75
