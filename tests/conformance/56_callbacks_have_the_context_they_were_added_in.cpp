// Callbacks of futures, tasks and the loop see the variables as they were where they were added.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_56 {
using conformance::print;
using namespace std::chrono_literals;

rota::context_var<std::string> var("default");

rota::coro<> adds(rota::future<int> future, rota::task<> task, std::string value) {
    var.set(value);
    future.add_done_callback([](auto f) { print("future", var.get(), f.result()); });
    task.add_done_callback([](auto) { print("task", var.get()); });
    rota::running_loop().call_soon([] { print("soon", var.get()); });
    var.set("changed later");
    co_return;
}

rota::coro<> async_main() {
    auto future = rota::create_future<int>();
    auto task = rota::create_task(rota::sleep(0s));
    co_await rota::gather(adds(future, task, "a"), adds(future, task, "b"));
    co_await task;
    co_await rota::sleep(0s);
    future.set_result(1);
    co_await rota::sleep(0s);
    print("main", var.get());
}

conformance::program const here(async_main);
}  // namespace program_56
