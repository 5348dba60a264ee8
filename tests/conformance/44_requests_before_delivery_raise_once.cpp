// Three requests before the task's turn raise one error and count three; taken back one by one they are gone.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_44 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<int> stubborn() {
    auto me = rota::current_task();
    int raised = 0;
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        ++raised;
    }
    print(std::vector{me.cancelling(), me.uncancel(), me.uncancel(), me.uncancel(), me.uncancel()});
    try {
        co_await rota::sleep(0s);
    } catch (rota::cancelled_error const&) {
        ++raised;
    }
    co_return raised;
}

rota::coro<> async_main() {
    auto t = rota::create_task(stubborn());
    co_await rota::sleep(0s);
    print(t.cancel(), t.cancel(), t.cancel());
    print("raised", co_await t);
}

conformance::program const here(async_main);
}  // namespace program_44
