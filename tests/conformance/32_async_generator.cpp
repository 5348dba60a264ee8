// An asynchronous generator can await between its yields, and runs its cleanup when left early.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_32 {
using conformance::finally;
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<int> ticker(int n) {
    finally const closed([] { print("ticker closed"); });
    for (int i = 0; i < n; ++i) {
        co_await rota::sleep(0s);
        co_yield i;
    }
}

rota::coro<> async_main() {
    auto three = ticker(3);
    while (auto i = co_await three.next()) print(*i);
    auto gen = ticker(10);
    while (auto i = co_await gen.next()) {
        if (*i == 1) break;
    }
    co_await gen.aclose();
    print("left early");
}

conformance::program const here(async_main);
}  // namespace program_32
