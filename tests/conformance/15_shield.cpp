// shield: the waiter is cancelled, the shielded task goes on.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_15 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> precious() {
    co_await rota::sleep(30ms);
    print("precious finished");
    co_return "value";
}

rota::coro<> async_main() {
    auto inner = rota::create_task(precious());
    auto const waiter = [&]() -> rota::coro<> { co_await rota::shield(inner); };
    auto w = rota::create_task(waiter());
    co_await rota::sleep(10ms);
    w.cancel();
    try {
        co_await w;
    } catch (rota::cancelled_error const&) {
        print("waiter cancelled; inner done:", inner.done());
    }
    print(co_await inner);
}

conformance::program const here(async_main);
}  // namespace program_15
