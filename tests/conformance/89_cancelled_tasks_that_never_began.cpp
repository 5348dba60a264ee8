// Tasks that are cancelled before their first turn never run, whoever waits for them: gather, wait, shield or a group.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_89 {
using conformance::each;
using conformance::print;
using conformance::shown;
using conformance::str;
using conformance::type_name;
using namespace std::chrono_literals;

rota::coro<> never() {
    print("not reached");
    co_return;
}

rota::task<> cancelled() {
    auto task = rota::create_task(never());
    task.cancel();
    return task;
}

template <class A>
rota::coro<> attempt(A waiting) {
    try {
        co_await std::move(waiting);
    } catch (rota::cancelled_error const&) {
        print("CancelledError", rota::current_task().cancelling());
    }
}

rota::coro<rota::any_task> one_child(rota::task_group& group) {
    auto task = group.create_task(never());
    task.cancel();
    co_return task;
}

rota::coro<> async_main() {
    auto const results = co_await rota::gather(rota::return_exceptions, cancelled(), cancelled());
    print(each(results, [](auto const& r) { return type_name(r.error()); }));
    auto const waited = co_await rota::wait(cancelled(), cancelled());
    print(each(waited.done, [](auto const& t) { return shown(str(t.cancelled())); }), waited.pending.size());
    co_await attempt(rota::shield(cancelled()));
    co_await attempt(rota::wait_for(cancelled(), 10s));
    co_await attempt(rota::gather(cancelled()));
    auto const task = co_await rota::with_task_group(one_child);
    print(task.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_89
