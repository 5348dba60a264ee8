// A time-out ends the wait for an item, for room and for the items to be done; the queue is as it was.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_157 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::queue<std::string> queue(1);
    try {
        co_await rota::wait_for(queue.get(), 1ms);
    } catch (rota::timeout_error const&) {
        print("no item", queue.qsize());
    }
    queue.put_nowait("only");
    auto const put_another = [&]() -> rota::coro<> { co_await queue.put("too many"); };
    try {
        co_await rota::with_timeout(1ms, put_another);
    } catch (rota::timeout_error const&) {
        print("no room", queue.qsize());
    }
    try {
        co_await rota::wait_for(queue.join(), 1ms);
    } catch (rota::timeout_error const&) {
        print("not done");
    }
    print(co_await rota::wait_for(queue.get(), 1s));
    queue.task_done();
    co_await rota::wait_for(queue.join(), 1s);
    print("done", queue.empty());
}

conformance::program const here(async_main);
}  // namespace program_157
