// A group that is cancelled and then fails raises its errors; the cancel comes out of the next await.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_81 {
using conformance::each;
using conformance::print;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> fails_on_cancel() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        throw value_error("while stopping");
    }
}

rota::coro<> one_child(rota::task_group& group) {
    group.create_task(fails_on_cancel());
    co_return;
}

rota::coro<> owner() {
    auto const me = rota::current_task();
    try {
        co_await rota::with_task_group(one_child);
    } catch (rota::exception_group const& g) {
        print(each(g.exceptions(), [](auto const& e) { return str(e); }), me.cancelling());
    }
    try {
        co_await rota::sleep(0s);
    } catch (rota::cancelled_error const&) {
        print("cancelled at the next await", me.cancelling());
        throw;
    }
}

rota::coro<> async_main() {
    auto t = rota::create_task(owner());
    for (int turn = 0; turn < 2; ++turn) co_await rota::sleep(0s);
    t.cancel();
    co_await rota::wait(t);
    print(t.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_81
