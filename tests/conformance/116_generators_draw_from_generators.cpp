// Generators draw from each other, an item at a time; closing the outer one lets it close the inner one.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_116 {
using conformance::finally;
using conformance::print;
using namespace std::chrono_literals;

rota::async_generator<int> numbers() {
    finally const closed([] { print("numbers closed"); });
    for (int i = 0;; ++i) {
        co_await rota::sleep(0s);
        print("made", i);
        co_yield i;
    }
}

rota::async_generator<int> doubled(rota::async_generator<int> source) {
    std::exception_ptr error;
    try {
        while (auto i = co_await source.next()) co_yield 2 * *i;
    } catch (...) {
        error = std::current_exception();
    }
    co_await source.aclose();
    print("doubled closed");
    if (error) std::rethrow_exception(error);
}

rota::coro<> async_main() {
    co_await rota::with_aclosing(doubled(numbers()), [](auto& gen) -> rota::coro<> {
        while (auto i = co_await gen.next()) {
            print("got", *i);
            if (*i == 4) break;
        }
    });
    print("end");
}

conformance::program const here(async_main);
}  // namespace program_116
