// Work that no thread has begun can be withdrawn; what runs can not.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <semaphore>

namespace program_204 {
using conformance::print;

rota::coro<> async_main() {
    std::binary_semaphore begun(0);
    std::binary_semaphore go_on(0);
    std::vector<std::string> ran;
    rota::thread_pool pool(1);
    auto const append = [&](std::string what) -> rota::coro<> {
        auto const work = [&] { ran.push_back(what); };
        co_await rota::run_in_executor(pool, work);
    };
    auto const first = pool.submit([&]() -> std::string {
        begun.release();
        go_on.acquire();
        ran.push_back("first");
        return "done";
    });
    begun.acquire();
    auto const second = rota::create_task(append("second"));
    auto const third = rota::create_task(append("third"));
    co_await rota::yield();
    second.cancel();
    try {
        co_await second;
    } catch (rota::cancelled_error const&) {
        print("withdrawn");
    }
    print("running can be cancelled:", first.cancel());
    go_on.release();
    print(co_await rota::wrap_future(first));
    co_await third;
    print(ran);
}

conformance::program const here(async_main);
}  // namespace program_204
