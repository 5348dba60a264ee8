// Cancelling a future is an error to all who wait for it, and no request to any of them; its callbacks are called.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_54 {
using conformance::each;
using conformance::print;
using conformance::shown;
using conformance::str;
using namespace std::chrono_literals;

rota::coro<> waiter(std::string name, rota::future<> future) {
    try {
        co_await future;
    } catch (rota::cancelled_error const&) {
        print(name, rota::current_task().cancelling());
        throw;
    }
}

rota::coro<> async_main() {
    auto future = rota::create_future();
    future.add_done_callback([](auto f) { print("callback", f.cancelled()); });
    std::vector const tasks{rota::create_task(waiter("one", future)), rota::create_task(waiter("two", future))};
    co_await rota::sleep(0s);
    bool const cancelled = future.cancel();
    print(cancelled, future.cancel());
    co_await rota::wait(tasks);
    print(each(tasks, [](auto const& t) { return shown(str(t.cancelled())); }),
          each(tasks, [](auto const& t) { return t.cancelling(); }));
}

conformance::program const here(async_main);
}  // namespace program_54
