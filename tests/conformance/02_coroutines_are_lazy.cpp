// Calling a coroutine function runs nothing; awaiting it runs it at once, without a trip round the loop.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_02 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<int> child() {
    print("child runs");
    co_return 42;
}

rota::coro<> other() {
    print("other runs");
    co_return;
}

rota::coro<> async_main() {
    auto coro = child();
    print("not started yet");
    rota::create_task(other());
    print(co_await std::move(coro));
    print("other has not run yet");
    co_await rota::sleep(0s);
    print("end");
}

conformance::program const here(async_main);
}  // namespace program_02
