// At most N inside; no newcomer overtakes a waiter; bounded release is checked.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_20 {
using conformance::print;
using namespace std::chrono_literals;

int inside = 0;
int peak = 0;

rota::coro<> user(rota::semaphore& sem) {
    auto held = co_await sem.scoped_acquire();
    ++inside;
    peak = std::max(peak, inside);
    co_await rota::sleep(10ms);
    --inside;
}

rota::coro<> async_main() {
    rota::semaphore sem(3);
    std::vector<rota::coro<>> users;
    for (int i = 0; i < 10; ++i) users.push_back(user(sem));
    co_await rota::gather(std::move(users));
    print("peak", peak, "locked", sem.locked());
    rota::bounded_semaphore b(1);
    try {
        b.release();
    } catch (rota::usage_error const&) {
        print("released too often");
    }
    rota::semaphore s(0);
    std::vector<std::string> order;
    auto const taker = [&](std::string name) -> rota::coro<> {
        co_await s.acquire();
        order.push_back(name);
    };
    std::vector<rota::task<>> ts;
    for (auto n : {"first", "second", "third"}) ts.push_back(rota::create_task(taker(n)));
    co_await rota::sleep(0s);
    s.release();
    ts[0].cancel();
    co_await rota::sleep(0s);
    s.release();
    s.release();
    co_await rota::gather(rota::return_exceptions, ts);
    print(std::vector(order.end() - 2, order.end()));
}

conformance::program const here(async_main);
}  // namespace program_20
