// A task cancelled before its first turn never runs its body.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_06 {
using conformance::print;

rota::coro<> body() {
    print("never printed");
    co_return;
}

rota::coro<> async_main() {
    auto t = rota::create_task(body());
    print(t.cancel());
    try {
        co_await t;
    } catch (rota::cancelled_error const&) {
        print("cancelled");
    }
    print(t.cancelled(), t.cancel());
}

conformance::program const here(async_main);
}  // namespace program_06
