// Errors of callbacks, of forgotten tasks and of tasks that run cancels at its end go to the exception handler.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_85 {
using conformance::print;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> fails(std::string text) {
    throw value_error(text);
    co_return;
}

rota::coro<> fails_on_cancel() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        throw value_error("while stopping");
    }
}

rota::coro<> swallows() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        rota::current_task().uncancel();
    }
    co_await rota::sleep(0s);
    print("ended late");
}

void callback() { throw std::runtime_error("callback"); }

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    loop.set_exception_handler([](auto&, auto const& context) { print("handler:", str(context.exception)); });
    loop.call_soon(callback);
    co_await rota::sleep(0s);
    rota::create_task(fails("forgotten"));
    for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(0s);
    auto asked = rota::create_task(fails("asked"));
    co_await rota::wait(asked);
    print("asked:", str(asked.exception()));
    rota::create_task(fails_on_cancel());
    rota::create_task(swallows());
    co_await rota::sleep(0s);
    print("main ends");
}

void module(rota::runner_options const& options) {
    rota::run(options, async_main());
    print("after run");
}

conformance::program const here(module);
}  // namespace program_85
