// select: whichever comes first, the other is cancelled and awaited; as wait(FIRST_COMPLETED) is used.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_121 {
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    rota::queue<int> items;
    rota::event closing;
    auto const events = [&]() -> rota::coro<> {
        for (int i = 0; i < 3; ++i) {
            co_await rota::sleep(10ms);
            co_await items.put(i);
        }
        co_await rota::sleep(10ms);
        closing.set();
    };
    auto const feeding = rota::create_task(events());
    while (true) {
        auto const got = co_await rota::select(items.get(), closing.wait());
        if (got.get<0>()) print("item", *got.get<0>());
        if (got.get<1>()) break;
    }
    print("closed, left:", items.qsize());
    co_await feeding;
}

conformance::program const here(async_main);
}  // namespace program_121
