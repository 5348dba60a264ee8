// for_each_concurrent: a new one begins when one has ended; the first error ends all.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

#include <ranges>

namespace program_125 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::coro<> async_main() {
    int begun = 0;
    auto const job = [&](int i) -> rota::coro<> {
        ++begun;
        try {
            co_await rota::sleep(10ms * (i % 3 + 1));
        } catch (rota::cancelled_error const&) {
            print("cancelled", i);
            throw;
        }
        print("done", i);
        if (i == 4) throw value_error("job 4");
    };
    try {
        co_await rota::for_each_concurrent(std::views::iota(0, 100), 2, job);
    } catch (value_error const& error) {
        print(error, "ended it;", begun, "begun");
    }
}

conformance::program const here(async_main);
}  // namespace program_125
