// When main returns, what still runs is cancelled and awaited before run returns; main's error comes out of run.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_29 {
using conformance::finally;
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> background() {
    finally const ended([] { print("background ended"); });
    co_await rota::sleep(10s);
}

rota::coro<std::string> async_main() {
    rota::create_task(background());
    co_await rota::sleep(0s);
    co_return "main's value";
}

rota::coro<> failing() {
    rota::create_task(background());
    co_await rota::sleep(0s);
    throw value_error("main failed");
}

rota::coro<> nothing() { co_return; }

rota::coro<> nested() {
    try {
        rota::run(conformance::options(), nothing());
    } catch (rota::usage_error const&) {
        print("no run inside a running loop");
    }
    co_return;
}

void module(rota::runner_options const& options) {
    print(rota::run(options, async_main()));
    try {
        rota::run(options, failing());
    } catch (value_error const& e) {
        print(e);
    }
    rota::run(options, nested());
}

conformance::program const here(module);
}  // namespace program_29
