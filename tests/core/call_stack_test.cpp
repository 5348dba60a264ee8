#include <rota/core/call_stack.hpp>

#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using lines = std::vector<unsigned>;

lines numbers(std::vector<std::source_location> const& stack) {
    lines found;
    for (auto const& line : stack) found.push_back(line.line());
    return found;
}

unsigned const inner_line = __LINE__ + 1;
rota::coro<lines> inner() { co_return numbers(rota::current_stack()); }
unsigned const outer_line = __LINE__ + 1;
rota::coro<lines> outer() { co_return co_await inner(); }

template <class F>
auto simulate(F f) {
    return rota::run(rota::runner_options(rota::engine_kind::simulated), std::move(f));
}

TEST(current_stack, has_the_line_of_each_await_and_of_the_call) {
    auto const found = simulate([]() -> rota::coro<lines> {
        auto task = rota::create_task(outer());
        co_return co_await task;
    });
    ASSERT_GE(found.size(), 2U);
    EXPECT_EQ(found[found.size() - 2], outer_line);
    EXPECT_EQ(found.back(), inner_line);
}

TEST(current_stack, forgets_a_child_that_has_ended) {
    auto const found = simulate([]() -> rota::coro<lines> {
        co_await outer();
        co_return numbers(rota::current_stack());
    });
    for (auto const line : found) {
        EXPECT_NE(line, outer_line);
        EXPECT_NE(line, inner_line);
    }
}

TEST(current_stack, outside_a_task_is_the_line_of_the_call) {
    auto const found = numbers(rota::current_stack());
    EXPECT_EQ(found, lines{__LINE__ - 1});
}

unsigned const sleeping_line = __LINE__ + 1;
rota::coro<> sleeps() { co_await rota::sleep(1s); }

TEST(call_stack, of_a_suspended_task_ends_where_it_waits) {
    simulate([]() -> rota::coro<> {
        auto task = rota::create_task(sleeps());
        co_await rota::yield();
        auto const found = numbers(rota::call_stack(task));
        EXPECT_TRUE(!found.empty() && found.back() == sleeping_line);
        co_await task;
        EXPECT_TRUE(rota::call_stack(task).empty());
    });
}

TEST(call_stack, is_written_a_line_each) {
    auto const stack = rota::current_stack();
    EXPECT_EQ(rota::to_string(stack), std::string(__FILE__) + ":" + std::to_string(__LINE__ - 1) + "\n");
}

}  // namespace
