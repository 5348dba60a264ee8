// An event wakes all its waiters; a condition wakes as many as it is told to, in order, holding the lock.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <deque>

namespace program_21 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::event ev;
    auto const on_event = [&](int n) -> rota::coro<> {
        co_await ev.wait();
        print("event", n);
    };
    std::vector<rota::task<>> ts;
    for (int i = 0; i < 3; ++i) ts.push_back(rota::create_task(on_event(i)));
    co_await rota::sleep(0s);
    ev.set();
    co_await rota::gather(ts);
    bool const waited = co_await ev.wait();
    print(waited, ev.is_set());
    ev.clear();
    print(ev.is_set());

    rota::condition cond;
    std::deque<std::string> items;
    auto const consumer = [&](int n) -> rota::coro<> {
        auto held = co_await cond.scoped_acquire();
        co_await cond.wait_for([&] { return !items.empty(); });
        print("consumer", n, "got", items.front());
        items.pop_front();
    };
    ts.clear();
    for (int i = 0; i < 3; ++i) ts.push_back(rota::create_task(consumer(i)));
    co_await rota::sleep(0s);
    {
        auto held = co_await cond.scoped_acquire();
        items.push_back("x");
        cond.notify();
    }
    co_await rota::sleep(10ms);
    {
        auto held = co_await cond.scoped_acquire();
        items.insert(items.end(), {"y", "z"});
        cond.notify_all();
    }
    co_await rota::gather(ts);
    try {
        cond.notify();
    } catch (rota::usage_error const&) {
        print("notify needs the lock");
    }
}

conformance::program const here(async_main);
}  // namespace program_21
