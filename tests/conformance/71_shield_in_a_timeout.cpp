// A deadline leaves what is shielded running; its result comes to who waits for it afterwards.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_71 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> precious(rota::event& gate) {
    try {
        co_await gate.wait();
        co_return "value";
    } catch (rota::cancelled_error const&) {
        print("not reached");
    }
    co_return "";
}

rota::coro<> async_main() {
    rota::event gate;
    auto task = rota::create_task(precious(gate));
    try {
        co_await rota::wait_for(rota::shield(task), 1ms);
    } catch (rota::timeout_error const&) {
        print("wait_for", task.done(), task.cancelling());
    }
    try {
        co_await rota::with_timeout(0s, rota::shield(task));
    } catch (rota::timeout_error const&) {
        print("timeout", task.done(), task.cancelling());
    }
    gate.set();
    auto const value = co_await rota::shield(task);
    print(value, co_await task);
}

conformance::program const here(async_main);
}  // namespace program_71
