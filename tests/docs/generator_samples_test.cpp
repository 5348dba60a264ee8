// The samples about generators, each where a reader could have put it.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

rota::runner_options simulated() { return rota::runner_options(rota::engine_kind::simulated); }

rota::async_generator<int> ticker(int n) {
    for (int i = 0; i < n; ++i) {
        co_await rota::sleep(1s);
        co_yield i;
    }
}

TEST(generator_samples, a_generator_gives_an_item_whenever_it_is_asked) {
    std::vector<int> used;
    auto const use = [&](int number) { used.push_back(number); };
    auto const main = [&]() -> rota::coro<> {
        co_await rota::with_aclosing(ticker(3), [&](auto& ticks) -> rota::coro<> {
            while (auto tick = co_await ticks.next()) use(*tick);
        });
    };
    rota::run(simulated(), main());
    EXPECT_EQ(used, (std::vector{0, 1, 2}));
}

struct closable {
    bool closed = false;
    rota::coro<> close() {
        co_await rota::sleep(1s);
        closed = true;
    }
};

rota::async_generator<int> all_of(rota::async_generator<int> rows, closable& connection) {
    std::exception_ptr error;
    try {
        while (auto row = co_await rows.next()) co_yield *row;
    } catch (...) {
        error = std::current_exception();  // generator_exit too
    }
    co_await rota::with_shield(connection.close());
    if (error) std::rethrow_exception(error);
}

TEST(generator_samples, a_clean_up_that_awaits_stands_behind_the_block) {
    closable connection;
    auto const main = [&]() -> rota::coro<> {
        auto rows = all_of(ticker(3), connection);
        (void)co_await rows.next();
        co_await rows.aclose();
        EXPECT_TRUE(connection.closed);
    };
    rota::run(simulated(), main());
}

TEST(generator_samples, with_aclosing_closes_what_is_left_early) {
    auto const main = []() -> rota::coro<> {
        co_await rota::with_aclosing(ticker(10), [&](auto& ticks) -> rota::coro<> {
            while (auto tick = co_await ticks.next())
                if (*tick == 3) break;
        });
        EXPECT_EQ(rota::running_loop().time().time_since_epoch() % 1s, 0s);
    };
    rota::run(simulated(), main());
}

}  // namespace
