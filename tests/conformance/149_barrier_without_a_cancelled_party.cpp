// A party that is cancelled just leaves: the barrier is not broken, and one more must come.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_149 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> party(rota::barrier& barrier, std::string name) {
    try {
        co_await barrier.wait();
        print(name, "passes");
    } catch (rota::cancelled_error const&) {
        print(name, "cancelled", barrier.n_waiting(), barrier.broken());
    }
}

rota::coro<> async_main() {
    rota::barrier barrier(3);
    auto a = rota::create_task(party(barrier, "a"));
    auto b = rota::create_task(party(barrier, "b"));
    co_await rota::sleep(0s);
    print("waiting", barrier.n_waiting(), "of", barrier.parties());
    a.cancel();
    co_await a;
    print("waiting", barrier.n_waiting());
    try {
        co_await rota::wait_for(barrier.wait(), 1ms);
    } catch (rota::timeout_error const&) {
        print("a time-out leaves too", barrier.n_waiting());
    }
    co_await rota::gather(b, party(barrier, "c"), party(barrier, "d"));
    print(barrier.n_waiting(), barrier.broken());
}

conformance::program const here(async_main);
}  // namespace program_149
