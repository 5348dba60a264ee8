// aclose runs a generator's finally, once; afterwards it is over.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_110 {
using conformance::finally;
using conformance::print;

rota::async_generator<int> numbers() {
    finally const last([] { print("finally"); });
    for (int i = 0;; ++i) co_yield i;
}

rota::coro<> async_main() {
    auto gen = numbers();
    int const first = *co_await gen.next();
    int const second = *co_await gen.next();
    print(first, second);
    co_await gen.aclose();
    print("closed");
    co_await gen.aclose();
    print("closed again");
    auto const item = co_await gen.next();
    if (!item) print("over");
}

conformance::program const here(async_main);
}  // namespace program_110
