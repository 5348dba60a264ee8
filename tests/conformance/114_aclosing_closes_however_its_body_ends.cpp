// aclosing closes the generator when its body is left by break, by an error, or at the generator's end.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_114 {
using conformance::print;
using conformance::value_error;
using namespace std::chrono_literals;

rota::async_generator<int> numbers(int n) {
    std::exception_ptr error;
    try {
        for (int i = 0; i < n; ++i) co_yield i;
    } catch (...) {
        error = std::current_exception();
    }
    co_await rota::sleep(0s);
    print("closed");
    if (error) std::rethrow_exception(error);
}

rota::coro<> async_main() {
    co_await rota::with_aclosing(numbers(10), [](auto& gen) -> rota::coro<> {
        while (auto i = co_await gen.next()) {
            if (*i == 2) {
                print("break at", *i);
                break;
            }
        }
    });
    try {
        co_await rota::with_aclosing(numbers(10), [](auto& gen) -> rota::coro<> {
            while (auto i = co_await gen.next()) throw value_error("the body failed");
        });
    } catch (value_error const& error) {
        print(error);
    }
    co_await rota::with_aclosing(numbers(2), [](auto& gen) -> rota::coro<> {
        while (auto i = co_await gen.next()) print(*i);
    });
    print("end");
}

conformance::program const here(async_main);
}  // namespace program_114
