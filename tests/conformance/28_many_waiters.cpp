// Any number of tasks may await one task; each gets its result or its error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_28 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> source(bool fail) {
    co_await rota::sleep(10ms);
    if (fail) throw value_error("shared error");
    co_return "shared";
}

rota::coro<> async_main() {
    for (bool fail : {false, true}) {
        auto s = rota::create_task(source(fail));
        auto const waiter = [&](int n) -> rota::coro<> {
            try {
                print(n, co_await s);
            } catch (value_error const& e) {
                print(n, e);
            }
        };
        std::vector<rota::coro<>> waiters;
        for (int n = 0; n < 3; ++n) waiters.push_back(waiter(n));
        co_await rota::gather(std::move(waiters));
    }
}

conformance::program const here(async_main);
}  // namespace program_28
