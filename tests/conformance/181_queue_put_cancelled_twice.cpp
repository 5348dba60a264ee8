// Cancelled once, then twice in one turn, a putter has put nothing in, and at last its item once.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <cstdint>

namespace program_181 {
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
            std::string item = "of attempt " + std::to_string(attempt);
            co_await queue.put(std::move(item));
            print("stubborn put at attempt", attempt);
        } catch (rota::cancelled_error const&) {
            print("attempt", attempt, "cancelled", forgive());
        }
    }
}

rota::coro<> polite(items& queue) {
    co_await queue.put("of polite");
    print("polite put");
}

rota::coro<> async_main() {
    items queue(1);
    queue.put_nowait("first");
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
    std::vector<std::string> got;
    got.push_back(queue.get_nowait());
    co_await rota::sleep(0s);
    got.push_back(co_await queue.get());
    co_await rota::gather(task, other);
    got.push_back(co_await queue.get());
    print(got, queue.empty());
}

conformance::program const here(async_main);
}  // namespace program_181
