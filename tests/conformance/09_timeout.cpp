// with_timeout turns its own cancellation into timeout_error; inner and outer deadlines do not mix.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_09 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> inner() {
    try {
        co_await rota::with_timeout(10s, rota::sleep(10s));
    } catch (rota::timeout_error const&) {
        print("inner timed out (wrong)");
    }
}

rota::coro<> fails() {
    throw value_error("own error");
    co_return;
}

rota::coro<> async_main() {
    rota::timeout_scope outer(10ms);
    try {
        co_await rota::with_timeout(outer, inner());
    } catch (rota::timeout_error const&) {
        print("outer timed out", outer.expired());
    }
    try {
        co_await rota::with_timeout(std::nullopt, rota::sleep(0s));
        print("no deadline, no error");
        co_await rota::with_timeout(10ms, fails());
    } catch (value_error const& e) {
        print("passes through:", e);
    }
    rota::timeout_scope cm(10s);
    co_await rota::with_timeout(cm, rota::sleep(0s));
    print("in time", cm.expired());
}

conformance::program const here(async_main);
}  // namespace program_09
