// abort breaks a barrier for those who wait and those who come; reset sends waiters away and makes it as new.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_151 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> party(rota::barrier& barrier, std::string name) {
    try {
        co_await barrier.wait();
        print(name, "passes");
    } catch (rota::broken_barrier_error const&) {
        print(name, "broken", barrier.broken());
    }
}

rota::coro<> async_main() {
    rota::barrier barrier(2);
    auto early = rota::create_task(party(barrier, "early"));
    co_await rota::sleep(0s);
    barrier.reset();
    co_await early;
    auto second = rota::create_task(party(barrier, "second"));
    co_await rota::sleep(0s);
    barrier.abort();
    co_await second;
    co_await party(barrier, "late");
    barrier.abort();
    barrier.reset();
    print(barrier.broken(), barrier.n_waiting());
    co_await rota::gather(party(barrier, "a"), party(barrier, "b"));
}

conformance::program const here(async_main);
}  // namespace program_151
