// What the body raises comes out of the loop over it, behind its finally; then the generator is over.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_113 {
using conformance::finally;
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::async_generator<int> failing() {
    finally const last([] { print("finally"); });
    co_yield 1;
    co_await rota::sleep(0s);
    co_yield 2;
    throw value_error("no more");
}

rota::coro<> async_main() {
    auto gen = failing();
    try {
        while (auto item = co_await gen.next()) print(*item);
    } catch (value_error const& error) {
        print("caught", error);
    }
    while (auto item = co_await gen.next()) print("not reached");
    print("over");
}

conformance::program const here(async_main);
}  // namespace program_113
