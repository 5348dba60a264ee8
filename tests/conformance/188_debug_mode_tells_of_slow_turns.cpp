// In debug mode a turn of a task or a callback that takes longer than the limit is told of, by its name.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <thread>

namespace program_188 {
using conformance::print;
using namespace std::chrono_literals;

std::vector<std::string> told;

void listen(rota::loop&, rota::exception_context const& context) {
    std::string_view const text = context.message;
    if (!text.starts_with("debug: executing")) return;
    std::string_view const who = text.substr(0, text.find(" took "));
    for (auto name : {"worker", "called", "patient"})
        if (who.find(name) != who.npos) told.emplace_back(name);
}

rota::coro<> work() {
    co_await rota::sleep(0s);
    std::this_thread::sleep_for(60ms);
    co_await rota::sleep(0s);
}

rota::coro<> wait() { co_await rota::sleep(60ms); }

struct called {
    void operator()() const { std::this_thread::sleep_for(60ms); }
};

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    loop.set_exception_handler(listen);
    print(rota::debug_mode(), std::chrono::duration<double>(loop.slow_callback_duration()).count());
    loop.set_slow_callback_duration(50ms);
    co_await rota::create_task(rota::named("worker"), work());
    loop.call_soon(called{});
    co_await rota::create_task(rota::named("patient"), wait());
    co_await rota::sleep(0s);
    print(told);
}

void module(rota::runner_options const& options) {
    rota::set_debug_mode(true);
    rota::run(options, async_main());
}

conformance::program const here(module);
}  // namespace program_188
