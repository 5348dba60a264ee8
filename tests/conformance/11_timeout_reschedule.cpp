// A deadline can be moved while it runs.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_11 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    rota::timeout_scope out(10ms);
    co_await rota::with_timeout(out, [&]() -> rota::coro<> {
        out.reschedule(loop.time() + 10s);
        co_await rota::sleep(30ms);
    });
    print("moved out", out.expired());
    rota::timeout_scope in(10s);
    try {
        co_await rota::with_timeout(in, [&]() -> rota::coro<> {
            in.reschedule(loop.time() + 10ms);
            co_await rota::sleep(10s);
        });
    } catch (rota::timeout_error const&) {
        print("moved in", in.expired());
    }
}

conformance::program const here(async_main);
}  // namespace program_11
