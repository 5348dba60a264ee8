// The inner deadline comes first: its timeout_error is the outer section's business, which may catch it and go on.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_60 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> hangs(std::chrono::milliseconds limit) { co_await rota::with_timeout(limit, rota::sleep(10s)); }

rota::coro<> section() {
    try {
        co_await hangs(1ms);
    } catch (rota::timeout_error const&) {
        print("inner", rota::current_task().cancelling());
    }
    co_await rota::sleep(0s);
}

rota::coro<> async_main() {
    rota::timeout_scope outer(10s);
    co_await rota::with_timeout(outer, section());
    print("outer", outer.expired());
    rota::timeout_scope scope(10s);
    try {
        co_await rota::with_timeout(scope, hangs(0ms));
    } catch (rota::timeout_error const&) {
        print("passed through", scope.expired());
    }
}

conformance::program const here(async_main);
}  // namespace program_60
