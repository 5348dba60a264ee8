// One worker takes its work in the order it came; context variables stay behind, with to_thread they come along.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_201 {
using conformance::print;

rota::context_var<std::string> user("nobody");

rota::coro<> async_main() {
    std::vector<int> order;
    rota::thread_pool pool(1);
    auto const append = [&](int number) -> rota::coro<> {
        auto const work = [&order, number] { order.push_back(number); };
        co_await rota::run_in_executor(pool, work);
    };
    std::vector<rota::task<>> waiting;
    for (int n = 0; n < 8; ++n) waiting.push_back(rota::create_task(append(n)));
    for (std::size_t n = waiting.size(); n-- > 0;) co_await waiting[n];
    print(order);
    user.set("root");
    auto const get = [] { return user.get(); };
    print("executor:", co_await rota::run_in_executor(pool, get));
    rota::running_loop().set_default_executor(pool);
    print("to_thread:", co_await rota::to_thread(get));
    rota::running_loop().set_default_executor(std::nullopt);
}

conformance::program const here(async_main);
}  // namespace program_201
