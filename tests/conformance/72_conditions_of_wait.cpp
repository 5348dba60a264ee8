// wait: the first that is done, the first that failed, or all; a cancelled task is done, but has not failed.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <array>

namespace program_72 {
using conformance::each;
using conformance::print;
using conformance::shown;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> ends(rota::event& gate, bool fails) {
    co_await gate.wait();
    if (fails) throw value_error("");
}

rota::coro<rota::wait_result<rota::task<>>> waits_for(std::vector<rota::task<>> tasks, rota::wait_when condition) {
    co_return co_await rota::wait(tasks, condition);
}

rota::coro<> settle() {
    for (int turn = 0; turn < 4; ++turn) co_await rota::sleep(0s);
}

std::vector<shown> which(std::vector<rota::task<>> const& tasks, std::vector<rota::task<>> const& in) {
    return each(tasks, [&](auto const& t) { return shown(str(std::ranges::find(in, t) != in.end())); });
}

rota::coro<> attempt(rota::wait_when condition) {
    std::array<rota::event, 4> gates;
    std::vector<rota::task<>> tasks;
    for (auto& gate : gates) tasks.push_back(rota::create_task(ends(gate, &gate == &gates[2])));
    auto waits = rota::create_task(waits_for(tasks, condition));
    for (unsigned step = 0; step < 4; ++step) {
        co_await settle();
        print(step, waits.done());
        if (step == 0)
            tasks[0].cancel();
        else
            gates[step].set();
    }
    auto const& waited = co_await waits;
    print(which(tasks, waited.done), which(tasks, waited.pending));
    co_await rota::gather(rota::return_exceptions, tasks);
}

rota::coro<> async_main() {
    co_await attempt(rota::first_completed);
    co_await attempt(rota::first_exception);
    co_await attempt(rota::all_completed);
}

conformance::program const here(async_main);
}  // namespace program_72
