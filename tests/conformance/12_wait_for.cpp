// wait_for: the result in time, timeout_error otherwise, and what was awaited is cancelled and finished first.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_12 {
using conformance::finally;
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> slow() {
    finally const cleaned_up([] { print("slow cleaned up"); });
    co_await rota::sleep(10s);
}

rota::coro<std::string> quick() { co_return "quick"; }

rota::coro<> async_main() {
    print(co_await rota::wait_for(quick(), 10s));
    try {
        co_await rota::wait_for(slow(), 10ms);
    } catch (rota::timeout_error const&) {
        print("timed out");
    }
}

conformance::program const here(async_main);
}  // namespace program_12
