// What was submitted to a pool can be awaited, and so can what another thread asked a loop for.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_203 {
using conformance::print;
using conformance::zero_division_error;
using namespace std::chrono_literals;

int power(int base, int exponent) {
    int value = 1;
    for (; exponent > 0; --exponent) value *= base;
    return value;
}

rota::coro<int> on_loop(int x) {
    co_await rota::sleep(0s);
    co_return x * 2;
}

rota::coro<> forever_and_ever() { co_await rota::sleep(1h); }

rota::coro<> async_main() {
    auto& loop = rota::running_loop();
    {
        rota::thread_pool pool(1);
        print(co_await rota::wrap_future(pool.submit(power, 2, 10)));
        try {
            co_await rota::wrap_future(pool.submit([] { throw zero_division_error("division by zero"); }));
        } catch (zero_division_error const&) {
            print("error came back");
        }
    }
    auto const asked = rota::run_coroutine_threadsafe(on_loop(21), loop);
    std::vector<int> told;
    asked.add_done_callback([&](auto const& done) { told.push_back(done.result()); });
    int const got = co_await rota::wrap_future(asked);
    print(got, told);
    auto const forever = rota::run_coroutine_threadsafe(forever_and_ever(), loop);
    try {
        co_await rota::wait_for(rota::wrap_future(forever), 10ms);
    } catch (rota::timeout_error const&) {
        print("timed out");
    }
    print("cancelled:", forever.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_203
