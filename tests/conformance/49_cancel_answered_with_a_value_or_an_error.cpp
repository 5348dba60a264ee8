// A task may answer a cancel with a value or an error of its own; then it was not cancelled.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_49 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> answers(std::string how) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        if (how == "error") throw value_error("instead");
    }
    co_return "instead";
}

rota::coro<> async_main() {
    auto value = rota::create_task(answers("value"));
    auto error = rota::create_task(answers("error"));
    co_await rota::sleep(0s);
    print(value.cancel(), error.cancel());
    auto const text = co_await value;
    print(text, value.cancelled(), value.cancelling());
    try {
        co_await error;
    } catch (value_error const& e) {
        print(e, error.cancelled(), error.cancelling());
    }
    print(value.cancel(), error.cancel(), value.cancelling());
}

conformance::program const here(async_main);
}  // namespace program_49
