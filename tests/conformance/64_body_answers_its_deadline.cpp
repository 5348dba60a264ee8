// A body that answers its deadline with a value or with an error of its own has its way; no request is left over.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_64 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> body(std::string how) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        if (how == "error") throw value_error("own error");
    }
    co_return "own value";
}

rota::coro<> async_main() {
    for (auto const* how : {"value", "error"}) {
        rota::timeout_scope scope(0s);
        try {
            print(co_await rota::with_timeout(scope, body(how)));
        } catch (value_error const& e) {
            print(e);
        }
        print(scope.expired(), rota::current_task().cancelling());
        co_await rota::sleep(0s);
    }
}

conformance::program const here(async_main);
}  // namespace program_64
