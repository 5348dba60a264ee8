// shutdown: putters fail at once, getters drain what is left and then fail; immediate drops the rest.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_25 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> getter(rota::queue<int>& q) {
    try {
        co_await q.get();
    } catch (rota::queue_shut_down const&) {
        print("getter woken");
    }
}

rota::coro<> async_main() {
    rota::queue<int> q;
    q.put_nowait(1);
    q.put_nowait(2);
    q.shutdown();
    try {
        q.put_nowait(3);
    } catch (rota::queue_shut_down const&) {
        print("no more puts");
    }
    int const first = co_await q.get();
    int const second = co_await q.get();
    print(first, second);
    try {
        co_await q.get();
    } catch (rota::queue_shut_down const&) {
        print("drained");
    }
    rota::queue<int> another;
    auto t = rota::create_task(getter(another));
    co_await rota::sleep(0s);
    another.shutdown(true);
    co_await t;
}

conformance::program const here(async_main);
}  // namespace program_25
