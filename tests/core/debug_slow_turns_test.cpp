#include "core/debug_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

namespace {

using namespace core_kit;
using rota::coro;

#if defined(__SANITIZE_THREAD__)
constexpr bool delays_signals = true;
#elif defined(__has_feature)
constexpr bool delays_signals = __has_feature(thread_sanitizer);
#else
constexpr bool delays_signals = false;
#endif

class debug_slow_turns : public debug_kit::test {};

void compute(std::chrono::nanoseconds time) {
    auto const until = rota::detail::monotonic_now() + time;
    while (rota::detail::monotonic_now() < until) continue;
}

std::string place(int line) { return "debug_slow_turns_test.cpp:" + std::to_string(line); }

// On an engine whose clock goes.
template <class Main>
strings told_by(Main main) {
    strings told;
    rota::run([&]() -> coro<> {
        rota::running_loop().set_slow_callback_duration(5ms);
        reports heard;
        co_await main();
        co_await rota::yield();
        told = heard.told;
    });
    return told;
}

constexpr int works = __LINE__;
coro<> works_between_two_awaits() {
    co_await rota::yield();
    compute(6ms);
    co_await rota::yield();
}

TEST_F(debug_slow_turns, a_task_that_works_for_long_is_reported_with_its_lines) {
    auto const told = told_by([]() -> coro<> {
        auto slow = rota::create_task(rota::named("worker"), works_between_two_awaits());
        co_await slow;
    });
    ASSERT_EQ(told.size(), 1U);
    debug_kit::expect_told(told[0], {"debug: executing worker took 0.0", place(works + 2), place(works + 4)});
}

TEST_F(debug_slow_turns, the_machines_stack_when_the_time_was_over_is_told) {
    if (delays_signals) GTEST_SKIP() << "TSan holds signals back until the turn's next system call";
    auto const told = told_by([]() -> coro<> {
        co_await rota::create_task(works_between_two_awaits());
        rota::running_loop().call_soon([] { compute(6ms); });
        co_await rota::yield();
    });
    ASSERT_EQ(told.size(), 2U);
    for (auto const& each : told)
        debug_kit::expect_told(each, {"where it was after 0.005 seconds", "addr2line -Cfipe ", "rota_test_core 0x"});
}

TEST_F(debug_slow_turns, a_task_that_ends_with_its_long_turn_is_reported) {
    auto const told = told_by([]() -> coro<> {
        auto slow = rota::create_task([]() -> coro<> {
            co_await rota::yield();
            compute(6ms);
        });
        co_await slow;
    });
    ASSERT_EQ(told.size(), 1U);
    debug_kit::expect_told(told[0], {"debug: executing Task-2 took 0.0", "and its end"});
}

TEST_F(debug_slow_turns, a_callback_that_works_for_long_is_reported_with_the_function_it_is_in) {
    auto const told = told_by([]() -> coro<> {
        rota::running_loop().call_soon([] { compute(6ms); });
        co_await rota::yield();
    });
    ASSERT_EQ(told.size(), 1U);
    debug_kit::expect_told(told[0], {"debug: executing a callback", "debug_slow_turns", "took 0.0"});
}

TEST_F(debug_slow_turns, what_takes_less_than_the_limit_is_not_reported) {
    strings told;
    rota::run([&]() -> coro<> {
        rota::running_loop().set_slow_callback_duration(1h);
        EXPECT_EQ(rota::running_loop().slow_callback_duration(), 1h);
        reports const heard;
        co_await rota::create_task(works_between_two_awaits());
        told = heard.told;
    });
    EXPECT_EQ(told, strings());
}

TEST_F(debug_slow_turns, the_limit_is_100_ms_at_first) {
    rota::run([]() -> coro<> {
        EXPECT_EQ(rota::running_loop().slow_callback_duration(), 100ms);
        co_return;
    });
}

TEST_F(debug_slow_turns, in_simulation_nothing_is_slow) {
    run_simulated([]() -> coro<> {
        rota::running_loop().set_slow_callback_duration(0ns);
        reports const heard;
        co_await works_between_two_awaits();
        EXPECT_EQ(heard.told, strings());
    });
}

TEST(debug_mode_off, nothing_is_slow) {
    if (rota::debug_mode()) GTEST_SKIP() << "the environment has turned debug mode on";
    rota::run([]() -> coro<> {
        rota::running_loop().set_slow_callback_duration(1ns);
        reports const heard;
        co_await works_between_two_awaits();
        EXPECT_EQ(heard.told, strings());
    });
}

// As another library's: it has a handle to resume, and knows no loop.
struct foreign {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

constexpr int awaits = __LINE__;
coro<> awaits_a_foreigner() {
    co_await rota::yield();
    co_await foreign();
}

TEST_F(debug_slow_turns, a_task_in_a_foreign_awaitable_is_reported_with_its_last_line) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto lost = rota::create_task(rota::named("lost"), awaits_a_foreigner());
        co_await rota::yield();
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        if (!heard.told.empty()) {
            debug_kit::expect_told(heard.told[0], {"debug: lost is suspended in something that is not Rota's",
                                                   "rota::adapt", place(awaits + 2)});
        }
        // It is woken all the same, by hand.
        rota::running_loop().make_ready(lost.state());
        co_await lost;
    });
}

coro<> begins_with_a_foreigner() { co_await foreign(); }

TEST_F(debug_slow_turns, so_is_one_that_started_eagerly) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto const me = rota::current_task();
        auto lost = rota::create_task(rota::named("lost"), rota::eager_start, begins_with_a_foreigner());
        EXPECT_EQ(rota::current_task(), me);
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told)
            debug_kit::expect_told(told, {"debug: lost is suspended in something that is not Rota's"});
        rota::running_loop().make_ready(lost.state());
        co_await lost;
    });
}

TEST_F(debug_slow_turns, tasks_that_wait_for_anything_of_rotas_are_not_taken_for_lost) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto const done = rota::create_future();
        auto sleeps = rota::create_task(rota::sleep(1s));
        auto waits = rota::create_task(rota::future<>(done));
        auto yields = rota::create_task(works_between_two_awaits());
        co_await rota::sleep(2s);
        done.set_result();
        co_await waits;
        EXPECT_EQ(heard.told, strings());
    });
}

}  // namespace
