// cancel() counts requests, uncancel() takes one back; after an acknowledged cancel the task goes on.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_07 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> stubborn() {
    auto me = rota::current_task();
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("cancelling", me.cancelling());
        while (me.cancelling() > 0) print("uncancel ->", me.uncancel());
    }
    co_await rota::sleep(10ms);
    co_return "survived";
}

rota::coro<> async_main() {
    auto t = rota::create_task(stubborn());
    co_await rota::sleep(0s);
    print(t.cancel(), t.cancel());
    auto const value = co_await t;
    print(value, t.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_07
