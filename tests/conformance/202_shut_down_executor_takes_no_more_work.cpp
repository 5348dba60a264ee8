// An executor that is shut down does what it has, and takes no more.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_202 {
using conformance::print;

std::string text(int number) { return std::to_string(number); }

rota::coro<> async_main() {
    rota::thread_pool pool(1);
    auto const one = [&](int number) -> rota::coro<std::string> {
        co_return co_await rota::run_in_executor(pool, text, number);
    };
    std::vector<rota::task<std::string>> waiting;
    for (int n = 0; n < 4; ++n) waiting.push_back(rota::create_task(one(n)));
    co_await rota::yield();
    pool.shutdown();
    print(co_await rota::gather(waiting));
    try {
        (void)co_await rota::run_in_executor(pool, text, 4);
    } catch (rota::usage_error const&) {
        print("refused");
    }
}

conformance::program const here(async_main);
}  // namespace program_202
