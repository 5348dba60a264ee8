// wait_for runs a coroutine in the caller's own task and context.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_69 {
using conformance::print;
using namespace std::chrono_literals;

rota::context_var<std::string> var("default");

rota::coro<std::string> inner(rota::any_task caller) {
    print("same task:", rota::current_task() == caller, var.get());
    var.set("set inside");
    co_await rota::sleep(0s);
    co_return "value";
}

rota::coro<> async_main() {
    auto const me = rota::current_task();
    var.set("set outside");
    print(co_await rota::wait_for(inner(me), 10s));
    print(var.get());
    co_await rota::with_timeout(10s, inner(me));
    print(co_await rota::wait_for(inner(me), std::nullopt));
}

conformance::program const here(async_main);
}  // namespace program_69
