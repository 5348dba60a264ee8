// Cancelling a group's owner again while its tasks stop does not reach them again, and all are waited for.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <functional>

namespace program_86 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> child(rota::event& gate) {
    auto const me = rota::current_task();
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        print("asked", me.cancelling());
        me.uncancel();
    }
    co_await gate.wait();
    print("stopped", me.cancelling());
}

rota::coro<> one_child(rota::task_group& group, rota::event& gate) {
    group.create_task(child(gate));
    co_return;
}

rota::coro<> owner(rota::event& gate) { co_await rota::with_task_group(one_child, std::ref(gate)); }

rota::coro<> async_main() {
    rota::event gate;
    auto t = rota::create_task(owner(gate));
    for (int request = 0; request < 3; ++request) {
        co_await rota::sleep(0s);
        co_await rota::sleep(0s);
        bool const asked = t.cancel();
        print(asked, t.cancelling(), t.done());
    }
    gate.set();
    co_await rota::wait(t);
    print(t.cancelled(), t.cancelling());
}

conformance::program const here(async_main);
}  // namespace program_86
