// A task that is made in a group while the group is being cancelled.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_82 {
using conformance::each;
using conformance::print;
using conformance::str;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> fails() {
    throw value_error("first");
    co_return;
}

rota::coro<> never() {
    print("not reached");
    co_return;
}

rota::coro<> makes_one(rota::task_group& group) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        auto const task = group.create_task(never());
        print("made", task.cancelling());
        throw;
    }
}

rota::coro<> body(rota::task_group& group) {
    group.create_task(makes_one(group));
    group.create_task(fails());
    co_return;
}

rota::coro<> async_main() {
    try {
        co_await rota::with_task_group(body);
    } catch (rota::exception_group const& g) {
        print(each(g.exceptions(), [](auto const& e) { return str(e); }));
    }
}

conformance::program const here(async_main);
}  // namespace program_82
