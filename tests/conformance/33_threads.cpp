// Blocking work goes to a thread and the loop goes on; a thread can hand work to the loop.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_33 {
using conformance::print;
using conformance::zero_division_error;
using namespace std::chrono_literals;

auto const main_thread = std::this_thread::get_id();

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    int ticks = 0;
    auto const ticker = [&]() -> rota::coro<> {
        while (true) {
            ++ticks;
            co_await rota::sleep(5ms);
        }
    };
    auto t = rota::create_task(ticker());
    auto const blocking = [] {
        std::this_thread::sleep_for(100ms);
        return std::this_thread::get_id() != main_thread;
    };
    print("other thread:", co_await rota::to_thread(blocking));
    print("loop went on:", ticks > 5);
    t.cancel();
    try {
        co_await rota::to_thread([] { throw zero_division_error("division by zero"); });
    } catch (zero_division_error const&) {
        print("error came back");
    }
    auto const on_loop = [](int x) -> rota::coro<int> {
        co_await rota::sleep(0s);
        co_return x * 2;
    };
    auto const from_thread = [&] { return rota::run_coroutine_threadsafe(on_loop(21), loop).result(5s); };
    print(co_await rota::to_thread(from_thread));
}

conformance::program const here(async_main);
}  // namespace program_33
