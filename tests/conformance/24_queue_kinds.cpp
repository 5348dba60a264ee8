// Priority and last-in-first-out queues.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_24 {
using conformance::print;

rota::coro<> async_main() {
    rota::priority_queue<std::pair<int, std::string>> p;
    for (auto item : {std::pair(3, "c"), std::pair(1, "a"), std::pair(2, "b")}) p.put_nowait(item);
    std::vector<std::string> by_priority;
    for (int i = 0; i < 3; ++i) by_priority.push_back(p.get_nowait().second);
    print(by_priority);
    rota::lifo_queue<char> l;
    for (char item : {'a', 'b', 'c'}) l.put_nowait(item);
    std::vector<char> last_first;
    for (int i = 0; i < 3; ++i) last_first.push_back(l.get_nowait());
    print(last_first);
    rota::queue<int> f(1);
    f.put_nowait(1);
    try {
        f.put_nowait(2);
    } catch (rota::queue_full const&) {
        print("QueueFull");
    }
    co_return;
}

conformance::program const here(async_main);
}  // namespace program_24
