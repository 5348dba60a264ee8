// In debug mode call_soon, call_later and call_at refuse to be called from another thread, where only
// call_soon_threadsafe may be.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <functional>
#include <thread>

namespace program_190 {
using conformance::print;
using namespace std::chrono_literals;

void never() { print("never"); }

void attempt(std::string name, std::function<void()> const& call) {
    try {
        call();
        print(name, "took it");
    } catch (rota::usage_error const&) {
        print(name, "refuses");
    }
}

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    auto done = rota::create_future<std::string>();
    std::thread thread([&] {
        attempt("call_soon", [&] { loop.call_soon(never); });
        attempt("call_later", [&] { loop.call_later(1ms, never); });
        attempt("call_at", [&] { loop.call_at(loop.time(), never); });
        loop.call_soon_threadsafe([done]() mutable { done.set_result("by call_soon_threadsafe"); });
    });
    thread.join();
    print(co_await done);
    co_await rota::sleep(10ms);
}

void module(rota::runner_options const& options) {
    rota::set_debug_mode(true);
    rota::run(options, async_main());
}

conformance::program const here(module);
}  // namespace program_190
