// A cancel that is pending comes out of a wait that has to be waited, and nothing is taken or left behind.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_210 {
using conformance::print;

template <class Wait>
rota::coro<> attempt(char const* name, Wait wait) {
    auto const task = rota::current_task();
    task.cancel();
    try {
        co_await wait();
        print(name, "went on");
    } catch (rota::cancelled_error const&) {
        print(name, "raised, left:", task.uncancel());
    }
}

template <class Wait>
rota::coro<> try_it(char const* name, Wait wait) {
    auto const trying = rota::create_task(attempt(name, std::move(wait)));
    co_await trying;
}

rota::coro<> wait_for_it(rota::condition& condition) {
    co_await condition.acquire();
    rota::current_task().cancel();
    std::exception_ptr error;
    try {
        co_await condition.wait();
    } catch (...) {
        error = std::current_exception();
    }
    print("condition.wait has its lock again:", condition.locked());
    condition.release();
    if (error) std::rethrow_exception(error);
}

rota::coro<> async_main() {
    rota::event event;
    co_await try_it("event.wait", [&] { return event.wait(); });
    event.set();
    co_await event.wait();

    rota::semaphore semaphore(1);
    co_await semaphore.acquire();
    co_await try_it("semaphore.acquire", [&] { return semaphore.acquire(); });
    semaphore.release();
    print("free:", !semaphore.locked());

    rota::condition condition;
    auto const waiting = rota::create_task(wait_for_it(condition));
    std::vector<rota::task<>> const all{waiting};
    co_await rota::wait(all);
    print("cancelled:", waiting.cancelled(), "locked:", condition.locked());

    rota::queue<int> queue(1);
    co_await try_it("queue.get", [&] { return queue.get(); });
    co_await queue.put(1);
    co_await try_it("queue.put", [&] { return queue.put(2); });
    co_await try_it("queue.join", [&] { return queue.join(); });
    auto const items = queue.qsize();
    print("items:", items, "first:", queue.get_nowait());

    rota::barrier barrier(2);
    co_await try_it("barrier.wait", [&] { return barrier.wait(); });
    print("waiting:", barrier.n_waiting());
}

conformance::program const here(async_main);
}  // namespace program_210
