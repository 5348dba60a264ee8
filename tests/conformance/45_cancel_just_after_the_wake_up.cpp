// A cancel that comes when the future is set already, but its waiter has not had its turn.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_45 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::future<int> future) {
    try {
        print("got", co_await future);
    } catch (rota::cancelled_error const&) {
        print("result lost");
        throw;
    }
    co_await rota::sleep(0s);
    print("not reached");
}

rota::coro<> async_main() {
    auto future = rota::create_future<int>();
    auto w = rota::create_task(waiter(future));
    co_await rota::sleep(0s);
    future.set_result(7);
    bool const asked = w.cancel();
    print(asked, w.cancelling());
    co_await rota::wait(w);
    print(w.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_45
