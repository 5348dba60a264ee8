// A generator is lazy: made, closed or dropped before its first item its body never runs; one that yields on is refused.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_119 {
using conformance::finally;
using conformance::print;

rota::async_generator<int> numbers() {
    print("begun");
    finally const last([] { print("finally"); });
    co_yield 1;
}

rota::async_generator<int> stubborn() {
    bool goes_on = false;
    try {
        co_yield 1;
    } catch (rota::generator_exit const&) {
        goes_on = true;
    }
    if (goes_on) co_yield 2;
}

rota::coro<> async_main() {
    auto gen = numbers();
    print("made");
    co_await gen.aclose();
    auto const none = co_await gen.next();
    if (!none) print("over");
    gen = {};
    static_cast<void>(numbers());
    gen = stubborn();
    int const one = *co_await gen.next();
    print(one);
    try {
        co_await gen.aclose();
    } catch (rota::usage_error const&) {
        print("it went on");
    }
    auto const end = co_await gen.next();
    if (!end) print("over");
}

conformance::program const here(async_main);
}  // namespace program_119
