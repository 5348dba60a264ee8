// qsize, empty, full, maxsize; put_nowait and get_nowait fail at the limits; without one it is never full.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_158 {
using conformance::print;
using conformance::shown;
using conformance::str;

template <class Queue>
std::vector<shown> state(Queue const& queue) {
    return {{str(queue.qsize())}, {str(queue.maxsize())}, {str(queue.empty())}, {str(queue.full())}};
}

template <class Queue>
void fill_and_empty() {
    Queue queue(2);
    print(state(queue));
    queue.put_nowait(7);
    print(state(queue));
    queue.put_nowait(8);
    print(state(queue));
    try {
        queue.put_nowait(9);
    } catch (rota::queue_full const&) {
        print("QueueFull", queue.qsize());
    }
    int const first = queue.get_nowait();
    print(first, queue.get_nowait());
    try {
        queue.get_nowait();
    } catch (rota::queue_empty const&) {
        print("QueueEmpty");
    }
}

rota::coro<> async_main() {
    fill_and_empty<rota::queue<int>>();
    fill_and_empty<rota::lifo_queue<int>>();
    fill_and_empty<rota::priority_queue<int>>();
    rota::queue<int> unlimited;
    for (int i = 0; i < 100; ++i) unlimited.put_nowait(i);
    print(state(unlimited));
    co_return;
}

conformance::program const here(async_main);
}  // namespace program_158
