// wait_for with a limit of zero: what is done gives its result, what is not is cancelled, also a coroutine at its first wait.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_68 {
using conformance::print;
using conformance::type_name;
using conformance::value_error;
using namespace std::chrono_literals;

template <class A>
rota::coro<> attempt(A awaitable) {
    try {
        print(co_await rota::wait_for(std::move(awaitable), 0s));
    } catch (...) {
        print(type_name(std::current_exception()));
    }
}

rota::coro<std::string> fails() {
    throw value_error("");
    co_return "";
}

rota::coro<std::string> hangs() {
    print("started");
    co_await rota::sleep(10s);
    co_return "";
}

rota::coro<> async_main() {
    auto future = rota::create_future<std::string>();
    co_await attempt(future);
    print(future.cancelled());
    future = rota::create_future<std::string>();
    future.set_result("result");
    co_await attempt(future);
    auto failed = rota::create_task(fails());
    co_await rota::wait(failed);
    co_await attempt(failed);
    auto pending = rota::create_task(hangs());
    co_await rota::sleep(0s);
    co_await attempt(pending);
    print(pending.cancelled());
    co_await attempt(hangs());
}

conformance::program const here(async_main);
}  // namespace program_68
