// Getters and putters that wait are served in the order in which they came.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_156 {
using conformance::print;
using namespace std::chrono_literals;

using items = rota::queue<int>;

rota::coro<> getter(items& queue, std::string name) { print(name, "got", co_await queue.get()); }

rota::coro<> putter(items& queue, int item) {
    co_await queue.put(item);
    print("put", item);
}

rota::coro<> async_main() {
    items queue(1);
    std::vector<rota::task<>> getters;
    for (auto n : {"a", "b", "c"}) getters.push_back(rota::create_task(getter(queue, n)));
    co_await rota::sleep(0s);
    for (int item = 0; item < 3; ++item) {
        co_await queue.put(item);
        co_await rota::sleep(0s);
    }
    co_await rota::gather(getters);
    std::vector<rota::task<>> putters;
    for (int i = 0; i < 4; ++i) putters.push_back(rota::create_task(putter(queue, i)));
    co_await rota::sleep(0s);
    print("full", queue.full(), "size", queue.qsize());
    std::vector<int> taken;
    while (taken.size() < 4) {
        taken.push_back(co_await queue.get());
        co_await rota::sleep(0s);
    }
    co_await rota::gather(putters);
    print(taken, queue.empty());
}

conformance::program const here(async_main);
}  // namespace program_156
