// Cancelled once, then twice in one turn, a getter loses its place each time, and the queue no item.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <cstdint>

namespace program_180 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<std::string>;

std::uint32_t forgive() {
    std::uint32_t const count = rota::current_task().cancelling();
    while (rota::current_task().uncancel() != 0) continue;
    return count;
}

rota::coro<> stubborn(items& queue) {
    for (int attempt = 1; attempt <= 3; ++attempt) {
        try {
            std::string const item = co_await queue.get();
            print("stubborn got", item, "at attempt", attempt);
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", forgive());
        }
    }
}

rota::coro<> polite(items& queue) {
    std::string const item = co_await queue.get();
    print("polite got", item);
}

rota::coro<> async_main() {
    items queue;
    auto task = rota::create_task(stubborn(queue));
    co_await rota::sleep(0s);
    auto other = rota::create_task(polite(queue));
    co_await rota::sleep(0s);
    print(task.cancel());
    co_await rota::sleep(0s);
    bool const first = task.cancel();
    bool const second = task.cancel();
    print(first, second, task.cancelling());
    co_await rota::sleep(0s);
    for (auto item : {"a", "b", "c"}) queue.put_nowait(item);
    co_await rota::gather(task, other);
    std::size_t const left = queue.qsize();
    print(left, queue.get_nowait());
}

conformance::program const here(async_main);
}  // namespace program_180
