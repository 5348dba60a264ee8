// Cancelling who waits for a future cancels the future, so that setting it comes too late; shield keeps it.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_57 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> waiter(rota::future<> future) { co_await future; }

rota::coro<> shielded(rota::future<> future) { co_await rota::shield(future); }

rota::coro<> async_main() {
    for (auto const make : {waiter, shielded}) {
        auto future = rota::create_future();
        auto t = rota::create_task(make(future));
        co_await rota::sleep(0s);
        bool const asked = t.cancel();
        print(asked, future.cancelled());
        co_await rota::wait(t);
        print(t.cancelled(), future.done());
        try {
            future.set_result();
            print("set");
        } catch (rota::invalid_state_error const&) {
            print("InvalidStateError");
        }
    }
}

conformance::program const here(async_main);
}  // namespace program_57
