// A task may cancel itself: its next await raises; a request taken back before that does nothing.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_47 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> takes_it_back() {
    auto me = rota::current_task();
    bool const asked = me.cancel();
    print(asked, me.uncancel());
    co_await rota::sleep(0s);
    co_return "went on";
}

rota::coro<> lets_it_come() {
    rota::current_task().cancel();
    print("still here");
    co_await rota::sleep(0s);
    print("not reached");
}

rota::coro<> async_main() {
    auto first = rota::create_task(takes_it_back());
    print(co_await first);
    auto t = rota::create_task(lets_it_come());
    try {
        co_await t;
    } catch (rota::cancelled_error const&) {
        print(t.cancelled(), t.cancelling(), rota::current_task().cancelling());
    }
}

conformance::program const here(async_main);
}  // namespace program_47
