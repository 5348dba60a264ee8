// A generator that a break left in the middle is closed when run ends, before run returns.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_112 {
using conformance::finally;
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<int> numbers(std::string name) {
    finally const closed([&] { print(name, "is closed"); });
    for (int i = 0; i < 10; ++i) {
        co_await rota::sleep(0s);
        co_yield i;
    }
}

rota::coro<> async_main(rota::async_generator<int>& kept) {
    kept = numbers("the kept one");
    while (auto i = co_await kept.next()) {
        print(*i);
        if (*i == 1) break;
    }
    print("main ends");
}

void module(rota::runner_options const& options) {
    rota::async_generator<int> kept;
    rota::run(options, async_main(kept));
    print("run has returned");
}

conformance::program const here(module);
}  // namespace program_112
