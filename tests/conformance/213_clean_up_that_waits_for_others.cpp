// A cancelled task's clean-up takes a lock, puts into a full queue and waits for an event, like any other code.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_213 {
using namespace std::chrono_literals;
using conformance::print;

rota::coro<> async_main() {
    rota::lock lock;
    rota::queue<std::string> queue(1);
    rota::event event;
    queue.put_nowait("before");
    co_await lock.acquire();

    auto const clean_up = [&]() -> rota::coro<> {
        print("cleans up");
        {
            auto const held = co_await lock.scoped_acquire();
            print("has the lock");
        }
        std::string words = "last words";
        co_await queue.put(std::move(words));
        print("has put");
        co_await event.wait();
        print("has heard");
    };
    auto const works = [&]() -> rota::coro<> { co_await rota::with_cleanup(rota::sleep(10s), clean_up); };

    auto const task = rota::create_task(works);
    co_await rota::yield();
    task.cancel();
    co_await rota::sleep(10ms);
    print("releases");
    lock.release();
    co_await rota::sleep(10ms);
    print("takes", co_await queue.get());
    co_await rota::sleep(10ms);
    print("takes", co_await queue.get());
    event.set();
    std::vector<rota::task<>> const all{task};
    co_await rota::wait(all);
    print("cancelled:", task.cancelled());
}

conformance::program const here(async_main);
}  // namespace program_213
