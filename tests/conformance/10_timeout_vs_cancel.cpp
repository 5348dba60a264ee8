// An outside cancel inside a timeout stays a cancel.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_10 {
using conformance::print;
using conformance::type_name;
using namespace std::chrono_literals;

rota::coro<> body() {
    try {
        co_await rota::with_timeout(10s, rota::sleep(10s));
    } catch (rota::timeout_error const&) {
        print("timeout (wrong)");
    } catch (rota::cancelled_error const&) {
        print("cancelled");
        throw;
    }
}

rota::coro<> async_main() {
    auto t = rota::create_task(body());
    co_await rota::sleep(10ms);
    t.cancel();
    auto const results = co_await rota::gather(rota::return_exceptions, t);
    print(type_name(std::get<0>(results).error()));
}

conformance::program const here(async_main);
}  // namespace program_10
