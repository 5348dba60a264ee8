// A semaphore's permits may grow beyond those it began with; locked says whether one more would have to wait.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_145 {
using conformance::print;
using namespace std::chrono_literals;

template <class Kind>
void make_negative() {
    try {
        Kind const none(-1);
    } catch (rota::usage_error const&) {
        print("negative");
    }
}

rota::coro<> async_main() {
    rota::semaphore semaphore(2);
    std::vector<bool> states{semaphore.locked()};
    for (int i = 0; i < 2; ++i) {
        co_await semaphore.acquire();
        states.push_back(semaphore.locked());
    }
    print(states);
    for (int i = 0; i < 3; ++i) semaphore.release();
    for (int i = 0; i < 3; ++i) co_await semaphore.acquire();
    print("three permits", semaphore.locked());
    make_negative<rota::semaphore>();
    make_negative<rota::bounded_semaphore>();
    print(rota::semaphore().locked(), rota::semaphore(0).locked());
    try {
        co_await rota::wait_for(semaphore.acquire(), 1ms);
    } catch (rota::timeout_error const&) {
        print("timed out", semaphore.locked());
    }
    semaphore.release();
    co_await rota::wait_for(semaphore.acquire(), 1s);
    print(semaphore.locked());
}

conformance::program const here(async_main);
}  // namespace program_145
