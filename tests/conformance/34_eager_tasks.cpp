// An eager task runs up to its first real wait inside create_task.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_34 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<int> immediate() {
    print("immediate runs");
    co_return 1;
}

rota::coro<> waits() {
    print("waits starts");
    co_await rota::sleep(0s);
    print("waits ends");
}

rota::coro<> async_main() {
    rota::running_loop().set_task_factory(rota::eager_task_factory);
    auto t = rota::create_task(immediate());
    print("created", t.done());
    auto u = rota::create_task(waits());
    print("created", u.done());
    co_await u;
    print(co_await t);
}

conformance::program const here(async_main);
}  // namespace program_34
