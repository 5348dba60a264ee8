// What is free is taken without giving up the turn: lock, semaphore, event, condition, queue, barrier.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_130 {
using conformance::print;

rota::coro<> say(char const* what) {
    print(what);
    co_return;
}

rota::coro<> async_main() {
    auto other = rota::create_task(say("the other task"));
    rota::lock lock;
    co_await lock.acquire();
    print("lock");
    rota::semaphore semaphore(1);
    co_await semaphore.acquire();
    print("semaphore");
    rota::event event;
    event.set();
    print("event", co_await event.wait());
    rota::condition condition;
    {
        auto held = co_await condition.scoped_acquire();
        print("condition", co_await condition.wait_for([] { return true; }));
    }
    rota::queue<std::string> queue(1);
    co_await queue.put("an item");
    print("queue", co_await queue.get());
    queue.task_done();
    co_await queue.join();
    print("join");
    rota::barrier barrier(1);
    print("barrier", co_await barrier.wait());
    co_await other;
}

conformance::program const here(async_main);
}  // namespace program_130
