// An eager task that cancels itself and then returns a value.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_187 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> returns() {
    rota::current_task().cancel();
    co_return "a value";
}

rota::coro<> async_main() {
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    auto task = rota::create_task(returns());
    print("made", task.done());
    std::vector<rota::task<std::string>> const tasks{task};
    co_await rota::wait(tasks);
    print(task.cancelled() ? "cancelled" : task.result());
}

conformance::program const here(async_main);
}  // namespace program_187
