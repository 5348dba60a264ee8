// The lowest item comes out first; of pairs with the same priority the lower second part does, whenever it was put.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_163 {
using conformance::print;
using namespace std::chrono_literals;

using entry = std::pair<int, std::string>;

void show(entry const& item) { print(item.first, item.second); }

rota::coro<> async_main() {
    rota::priority_queue<entry> queue;
    std::vector<entry> const pairs = {{2, "b"}, {1, "z"}, {2, "a"}, {1, "y"}, {3, "c"}, {1, "x"}};
    for (auto const& each : pairs) co_await queue.put(each);
    for (int i = 0; i < 3; ++i) show(co_await queue.get());
    queue.put_nowait({0, "urgent"});
    queue.put_nowait({2, "a"});
    while (!queue.empty()) show(queue.get_nowait());

    auto const getter = [&]() -> rota::coro<> {
        auto const item = co_await queue.get();
        print("waited for", item.first, item.second);
    };
    auto task = rota::create_task(getter());
    co_await rota::sleep(0s);
    queue.put_nowait({9, "first to come"});
    co_await task;
}

conformance::program const here(async_main);
}  // namespace program_163
