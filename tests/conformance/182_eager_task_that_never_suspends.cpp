// An eager task that never suspends is done when create_task returns, with its value or its error.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_182 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<int> value() { co_return 7; }

rota::coro<int> fails() {
    throw conformance::value_error("at once");
    co_return 0;
}

rota::coro<> async_main() {
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    auto task = rota::create_task(value());
    print(task.done(), task.cancelled(), task.result(), task.cancel());
    task.add_done_callback([](rota::task<int> const& done) { print("callback", done.result()); });
    print("the callback is called by the loop");
    int const got = co_await task;
    print("awaited", got);
    co_await rota::sleep(0s);
    auto bad = rota::create_task(fails());
    print(bad.done(), conformance::type_name(bad.exception()));
    auto const all = rota::all_tasks();
    print(std::ranges::find(all, rota::any_task(task)) != all.end(), all.size());
    try {
        co_await bad;
    } catch (conformance::value_error const& error) {
        print(error);
    }
    std::vector<rota::task<int>> const both{task, bad};
    auto const waited = co_await rota::wait(both, rota::wait_options(10s));
    print(waited.done.size(), waited.pending.size());
    auto first = rota::create_task(value());
    auto second = rota::create_task(value());
    print(co_await rota::gather(first, second));
}

conformance::program const here(async_main);
}  // namespace program_182
