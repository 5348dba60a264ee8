// A finished result is not lost to a late cancel, and cancelling a finished task is refused.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_08 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> quick() { co_return "result"; }

rota::coro<> async_main() {
    auto t = rota::create_task(quick());
    co_await rota::sleep(0s);
    print(t.done(), t.cancel());
    print(co_await t);
}

conformance::program const here(async_main);
}  // namespace program_08
