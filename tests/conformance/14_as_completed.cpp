// as_completed yields results in the order in which they finish.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <array>

namespace program_14 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<std::string> job(std::string name, std::chrono::milliseconds delay) {
    co_await rota::sleep(delay);
    co_return name;
}

rota::coro<> async_main() {
    std::array jobs{job("slow", 50ms), job("fast", 10ms), job("mid", 30ms)};
    co_await rota::with_as_completed(std::move(jobs), [&](auto& finished) -> rota::coro<> {
        for (auto& next_done : finished) print(co_await next_done);
    });
    try {
        std::array more{job("quick", 10ms), job("late", 10s)};
        co_await rota::with_as_completed(std::move(more), 50ms, [&](auto& finished) -> rota::coro<> {
            for (auto& next_done : finished) print(co_await next_done);
        });
    } catch (rota::timeout_error const&) {
        print("timed out");
    }
}

conformance::program const here(async_main);
}  // namespace program_14
