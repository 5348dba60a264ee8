// The wait is over, and a cancel comes in the same turn: of a barrier, of a condition with its lock, of a queue's join.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_212 {
using conformance::print;

template <class Wait>
rota::coro<> waits(char const* name, Wait wait) {
    try {
        co_await wait();
        print(name, "is over");
        co_await rota::yield();
        print(name, "was not cancelled");
    } catch (rota::cancelled_error const&) {
        print(name, "raised");
        throw;
    }
}

rota::coro<> ended(rota::task<> task) {
    std::vector<rota::task<>> const all{task};
    co_await rota::wait(all);
    print("cancelled:", task.cancelled());
}

rota::coro<> wait_for_it(rota::condition& condition) {
    auto const held = co_await condition.scoped_acquire();
    co_await condition.wait();
}

rota::coro<> async_main() {
    rota::barrier barrier(2);
    auto const arrive = [&] { return barrier.wait(); };
    auto const first = rota::create_task(waits("barrier.wait", arrive));
    co_await rota::yield();
    co_await barrier.wait();
    first.cancel();
    co_await ended(first);

    rota::condition condition;
    auto const hear = [&] { return wait_for_it(condition); };
    auto const second = rota::create_task(waits("condition.wait", hear));
    co_await rota::yield();
    {
        auto const held = co_await condition.scoped_acquire();
        condition.notify();
    }
    second.cancel();
    co_await ended(second);
    print("locked:", condition.locked());

    rota::queue<std::string> queue;
    queue.put_nowait("item");
    auto const join = [&] { return queue.join(); };
    auto const third = rota::create_task(waits("queue.join", join));
    co_await rota::yield();
    queue.get_nowait();
    queue.task_done();
    third.cancel();
    co_await ended(third);
}

conformance::program const here(async_main);
}  // namespace program_212
