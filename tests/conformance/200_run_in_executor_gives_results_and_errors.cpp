// Work in an executor: results in order, errors come back, None is the loop's own threads.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_200 {
using conformance::print;
using conformance::zero_division_error;

int work(int number) { return number * number; }

rota::coro<> async_main() {
    {
        rota::thread_pool pool(2);
        print(co_await rota::run_in_executor(pool, work, 7));
        auto const one = [&](int number) -> rota::coro<int> {
            co_return co_await rota::run_in_executor(pool, work, number);
        };
        std::vector<rota::coro<int>> all;
        for (int n = 0; n < 10; ++n) all.push_back(one(n));
        print(co_await rota::gather(std::move(all)));
        try {
            co_await rota::run_in_executor(pool, [] { throw zero_division_error("division by zero"); });
        } catch (zero_division_error const& error) {
            print("error came back:", error);
        }
    }
    print(co_await rota::run_in_executor(std::nullopt, work, 3));
}

conformance::program const here(async_main);
}  // namespace program_200
