// An error that nobody awaits reaches the loop's exception handler; so does an error in a callback.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_40 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using conformance::zero_division_error;
using namespace std::chrono_literals;

rota::coro<> forgotten() {
    throw value_error("nobody looks");
    co_return;
}

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    loop.set_exception_handler([](auto&, auto const& context) { print("handler:", type_name(context.exception)); });
    loop.call_soon([] { throw zero_division_error("division by zero"); });
    co_await rota::sleep(10ms);
    auto t = rota::create_task(forgotten());
    co_await rota::sleep(10ms);
    t = {};
    // By way of the loop, never from where the handle is dropped.
    co_await rota::sleep(0s);
    print("main goes on");
}

conformance::program const here(async_main);
}  // namespace program_40
