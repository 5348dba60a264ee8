// In a full queue of any kind a put waits; its item takes the place that is due to it by the queue's kind.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_162 {
using conformance::print;
using namespace std::chrono_literals;

template <class Queue>
rota::coro<> putter(Queue& queue, std::vector<int> list) {
    for (int const item : list) co_await queue.put(item);
}

template <class Queue>
rota::coro<> fill_and_empty() {
    Queue queue(2);
    auto task = rota::create_task(putter(queue, std::vector{5, 3, 4, 1, 2}));
    co_await rota::sleep(0s);
    std::vector<int> taken;
    while (taken.size() < 5) {
        taken.push_back(co_await queue.get());
        co_await rota::sleep(0s);
    }
    print(taken, task.done());
    co_await task;
}

rota::coro<> async_main() {
    co_await fill_and_empty<rota::queue<int>>();
    co_await fill_and_empty<rota::lifo_queue<int>>();
    co_await fill_and_empty<rota::priority_queue<int>>();
}

conformance::program const here(async_main);
}  // namespace program_162
