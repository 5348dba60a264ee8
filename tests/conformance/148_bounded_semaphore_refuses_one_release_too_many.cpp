// A bounded semaphore refuses what would make its permits more than they were; that changes nothing.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_148 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<bool> acquire(rota::bounded_semaphore& semaphore) {
    co_await semaphore.acquire();
    co_return true;
}

rota::coro<> async_main() {
    rota::bounded_semaphore semaphore(2);
    {
        auto first = co_await semaphore.scoped_acquire();
        auto second = co_await semaphore.scoped_acquire();
        print("both taken", semaphore.locked());
    }
    for (int i = 0; i < 2; ++i) {
        try {
            semaphore.release();
        } catch (rota::usage_error const&) {
            print("refused", semaphore.locked());
        }
    }
    co_await semaphore.acquire();
    auto waiting = rota::create_task(acquire(semaphore));
    co_await rota::sleep(0s);
    print("second taken", waiting.done(), semaphore.locked());
    auto third = rota::create_task(acquire(semaphore));
    co_await rota::sleep(0s);
    semaphore.release();
    bool const handed = co_await third;
    print("third handed", handed, semaphore.locked());
    semaphore.release();
    semaphore.release();
    try {
        semaphore.release();
    } catch (rota::usage_error const&) {
        print("refused again");
    }
}

conformance::program const here(async_main);
}  // namespace program_148
