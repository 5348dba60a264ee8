// wait cancels nothing: neither when its time is over, which is no error, nor when it is cancelled itself.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_73 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> opened(rota::event& gate) { co_await gate.wait(); }

rota::coro<> waits(rota::task<> task) { co_await rota::wait(task); }

rota::coro<> async_main() {
    rota::event gate;
    auto task = rota::create_task(opened(gate));
    auto finished = rota::create_task(rota::sleep(0s));
    auto waited = co_await rota::wait(1ms, task, finished);
    print(waited.done == std::vector{finished}, waited.pending == std::vector{task}, task.cancelling());
    auto w = rota::create_task(waits(task));
    co_await rota::sleep(0s);
    w.cancel();
    co_await rota::wait(w);
    print(w.cancelled(), task.done(), task.cancelling());
    gate.set();
    waited = co_await rota::wait(task);
    print(waited.done.size(), waited.pending.size());
    try {
        co_await rota::wait(std::vector<rota::task<>>());
    } catch (rota::usage_error const&) {
        print("nothing to wait for");
    }
}

conformance::program const here(async_main);
}  // namespace program_73
