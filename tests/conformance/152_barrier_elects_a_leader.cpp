// With the place that wait gives, one of the parties can be chosen; who comes last goes on at once.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_152 {
using conformance::print;

rota::coro<> worker(rota::barrier& barrier, std::string name) {
    print(name, "arrives");
    std::size_t const place = co_await barrier.wait();
    print(name, "is", place, place == 0 ? "the leader" : "one of the rest");
}

rota::coro<> async_main() {
    rota::barrier barrier(3);
    std::vector<rota::task<>> tasks;
    for (auto n : {"first", "second", "third"}) tasks.push_back(rota::create_task(worker(barrier, n)));
    co_await rota::gather(tasks);
    print(barrier.n_waiting());
}

conformance::program const here(async_main);
}  // namespace program_152
