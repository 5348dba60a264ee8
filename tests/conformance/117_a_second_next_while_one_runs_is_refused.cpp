// Only one task at a time may ask a generator for its next item, or close it.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_117 {
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<int> slow() {
    co_yield 0;
    co_await rota::sleep(0s);
    co_await rota::sleep(0s);
    co_yield 1;
}

rota::coro<> ask(rota::async_generator<int>& gen) {
    int const got = *co_await gen.next();
    print("got", got);
}

rota::coro<> async_main() {
    auto gen = slow();
    co_await ask(gen);
    auto const task = rota::create_task(ask(gen));
    co_await rota::sleep(0s);
    try {
        co_await ask(gen);
    } catch (rota::usage_error const&) {
        print("a second next is refused");
    }
    try {
        co_await gen.aclose();
    } catch (rota::usage_error const&) {
        print("aclose is refused");
    }
    co_await task;
    co_await gen.aclose();
    print("closed");
}

conformance::program const here(async_main);
}  // namespace program_117
