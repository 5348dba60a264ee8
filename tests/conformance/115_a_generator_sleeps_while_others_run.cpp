// While a generator's body awaits, its consumer waits and other tasks run; one that does not await gives no turn.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_115 {
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<int> numbers(int n, bool waits) {
    for (int i = 0; i < n; ++i) {
        if (waits) co_await rota::sleep(0s);
        co_yield i;
    }
}

rota::coro<> consume(bool waits) {
    auto gen = numbers(3, waits);
    while (auto i = co_await gen.next()) print("item", *i);
}

rota::coro<> other() {
    for (int i = 0; i < 3; ++i) {
        print("other", i);
        co_await rota::sleep(0s);
    }
}

rota::coro<> async_main() {
    for (bool const waits : {true, false}) {
        print("waits:", waits);
        co_await rota::gather(consume(waits), other());
    }
}

conformance::program const here(async_main);
}  // namespace program_115
