// Two requests while a task waits for an event, or for a queue's last item: it raises once, and both are to be taken back.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_211 {
using conformance::print;

template <class Wait>
rota::coro<> waits(char const* name, Wait wait) {
    auto const task = rota::current_task();
    try {
        co_await wait();
    } catch (rota::cancelled_error const&) {
        print(name, "raised, asked:", task.cancelling());
        task.uncancel();
        print(name, "left:", task.uncancel());
    }
    co_await rota::yield();
    print(name, "goes on");
}

rota::coro<> async_main() {
    rota::event event;
    auto const wait_for_event = [&] { return event.wait(); };
    auto const first = rota::create_task(waits("event.wait", wait_for_event));
    co_await rota::yield();
    first.cancel();
    first.cancel();
    co_await first;
    event.set();

    rota::queue<std::string> queue;
    queue.put_nowait("item");
    auto const wait_for_items = [&] { return queue.join(); };
    auto const second = rota::create_task(waits("queue.join", wait_for_items));
    co_await rota::yield();
    second.cancel();
    second.cancel();
    co_await second;
    queue.get_nowait();
    queue.task_done();
    co_await queue.join();
    print("joined");
}

conformance::program const here(async_main);
}  // namespace program_211
