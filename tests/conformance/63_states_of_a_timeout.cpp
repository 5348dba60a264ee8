// A timeout can be rescheduled between its entry and its end, no sooner and no later, and is entered once.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_63 {
using conformance::print;
using namespace std::chrono_literals;

using deadline = std::optional<rota::clock::time_point>;

std::string attempt(rota::timeout_scope& scope, deadline when) {
    try {
        scope.reschedule(when);
        return "rescheduled";
    } catch (rota::usage_error const&) {
        return "RuntimeError";
    }
}

std::string shown_deadline(deadline when) { return when ? "a deadline" : "None"; }

rota::coro<> inside(rota::timeout_scope& scope) {
    auto const later = rota::running_loop().time() + 100s;
    auto moved = attempt(scope, later);
    print(moved, scope.when() == later);
    moved = attempt(scope, std::nullopt);
    print(moved, shown_deadline(scope.when()));
    co_await rota::sleep(0s);
}

rota::coro<> expires(rota::timeout_scope& scope) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("expiring:", scope.expired(), attempt(scope, std::nullopt));
        throw;
    }
}

rota::coro<> async_main() {
    rota::timeout_scope scope(std::nullopt);
    print(attempt(scope, std::nullopt), shown_deadline(scope.when()), scope.expired());
    co_await rota::with_timeout(scope, inside(scope));
    print(attempt(scope, std::nullopt), scope.expired());
    try {
        co_await rota::with_timeout(scope, rota::sleep(0s));
    } catch (rota::usage_error const&) {
        print("entered once");
    }
    rota::timeout_scope late(0s);
    try {
        co_await rota::with_timeout(late, expires(late));
    } catch (rota::timeout_error const&) {
        print(attempt(late, std::nullopt), late.expired());
    }
}

conformance::program const here(async_main);
}  // namespace program_63
