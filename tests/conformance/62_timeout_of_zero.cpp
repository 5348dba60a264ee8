// A limit of zero or less lets the section run to where it first waits; one that never waits is unharmed.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_62 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> begins(bool waits) {
    print("begins");
    if (waits) co_await rota::sleep(10s);
}

rota::coro<> section(std::chrono::seconds limit, bool waits) {
    rota::timeout_scope scope(limit);
    try {
        co_await rota::with_timeout(scope, begins(waits));
        print("ended", scope.expired());
    } catch (rota::timeout_error const&) {
        print("TimeoutError", scope.expired());
    }
}

rota::coro<> async_main() {
    for (auto const limit : {0s, -1s}) {
        co_await section(limit, true);
        co_await section(limit, false);
    }
    co_await rota::sleep(0s);
    print(rota::current_task().cancelling());
}

conformance::program const here(async_main);
}  // namespace program_62
