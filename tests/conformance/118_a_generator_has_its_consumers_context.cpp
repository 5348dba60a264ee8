// The body sees the context of the task that asks, and what it sets there stays.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_118 {
using conformance::print;

rota::context_var<std::string> user("nobody");

rota::async_generator<std::string> names() {
    for (;;) {
        co_yield user.get();
        user.set("set by the generator");
    }
}

rota::coro<> show_next(rota::async_generator<std::string>& gen) {
    auto const name = co_await gen.next();
    print(*name);
}

rota::coro<> ask(rota::async_generator<std::string>& gen, std::string name) {
    user.set(name);
    co_await show_next(gen);
    print("the task sees", user.get());
}

rota::coro<> async_main() {
    auto gen = names();
    co_await rota::create_task(ask(gen, "first"));
    co_await rota::create_task(ask(gen, "second"));
    print("main sees", user.get());
    co_await show_next(gen);
    print("main sees", user.get());
    co_await gen.aclose();
}

conformance::program const here(async_main);
}  // namespace program_118
