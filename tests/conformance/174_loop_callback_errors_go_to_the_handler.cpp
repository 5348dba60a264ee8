// An exception in a callback goes to the handler and stops nothing; callbacks have their maker's context.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_174 {
using conformance::print;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::context_var<std::string> user("nobody");

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    loop.set_exception_handler(
        [](rota::loop&, rota::exception_context const& context) { print("handler:", str(context.exception)); });
    auto const fails = [] { throw value_error("from a callback"); };
    auto const show_and_set = [](std::string name) {
        print(name, "sees", user.get());
        user.set(name);
    };
    user.set("main");
    loop.call_soon(fails);
    loop.call_soon(show_and_set, "first");
    loop.call_soon(show_and_set, "second");
    user.set("later main");
    loop.call_soon(show_and_set, "third");
    co_await rota::sleep(0s);
    print("main has", user.get());

    auto future = rota::create_future<int>();
    future.add_done_callback([&](auto) {
        print("callback sees", user.get());
        fails();
    });
    user.set("last main");
    future.add_done_callback([](auto) { print("the next sees", user.get()); });
    future.set_result(1);
    co_await rota::sleep(0s);
    print("still here");
}

conformance::program const here(async_main);
}  // namespace program_174
