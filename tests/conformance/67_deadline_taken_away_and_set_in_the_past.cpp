// A deadline can be moved by others while the section waits: away, and into the past, where it fires from the loop.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_67 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> section(rota::timeout_scope& scope) {
    try {
        co_await rota::with_timeout(scope, rota::sleep(10s));
    } catch (rota::timeout_error const&) {
        print("TimeoutError", scope.expired());
    }
}

rota::coro<> async_main() {
    rota::timeout_scope scope(1ms);
    auto t = rota::create_task(section(scope));
    co_await rota::sleep(0s);
    scope.reschedule(std::nullopt);
    co_await rota::sleep(3ms);
    print(scope.when() ? "a deadline" : "None", scope.expired(), t.done());
    scope.reschedule(rota::running_loop().time() - 1s);
    print(scope.expired());
    co_await t;
}

conformance::program const here(async_main);
}  // namespace program_67
