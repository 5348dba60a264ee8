// wait_for a task: its error, its cancel by others, its answer to the deadline, and a cancel of who waits.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_70 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<std::string> fails() {
    throw value_error("error");
    co_return "";
}

rota::coro<std::string> answers() {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {}
    co_return "late answer";
}

rota::coro<std::string> hangs() {
    co_await rota::sleep(10s);
    co_return "";
}

rota::coro<> attempt(std::string name, rota::task<std::string> task, std::chrono::milliseconds limit) {
    try {
        print(name, co_await rota::wait_for(task, limit));
    } catch (...) {
        print(name, type_name(std::current_exception()), task.done(), rota::current_task().cancelling());
    }
}

rota::coro<> async_main() {
    co_await attempt("fails:", rota::create_task(fails()), 10s);
    auto cancelled = rota::create_task(hangs());
    cancelled.cancel();
    co_await attempt("cancelled:", cancelled, 10s);
    co_await attempt("answers:", rota::create_task(answers()), 1ms);
    co_await attempt("hangs:", rota::create_task(hangs()), 1ms);
    auto awaited = rota::create_task(hangs());
    auto waits = rota::create_task(attempt("waiter cancelled:", awaited, 10s));
    co_await rota::sleep(0s);
    waits.cancel();
    co_await rota::wait(waits);
    print(awaited.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_70
