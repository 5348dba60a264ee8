#include "engine/turn_alarm.hpp"

#include <rota/base/clock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace {

using namespace std::chrono_literals;
using rota::detail::turn_alarm;

#if defined(__SANITIZE_THREAD__)
constexpr bool delays_signals = true;
#elif defined(__has_feature)
constexpr bool delays_signals = __has_feature(thread_sanitizer);
#else
constexpr bool delays_signals = false;
#endif

void const* called_from = nullptr;

[[gnu::noinline]] void work(std::chrono::nanoseconds time) {
    called_from = __builtin_return_address(0);
    auto const until = rota::detail::monotonic_now() + time;
    while (rota::detail::monotonic_now() < until) continue;
}

bool found_at_work(turn_alarm const& alarm) { return std::ranges::count(alarm.stack(), called_from) != 0; }

class turn_alarms : public testing::Test {
protected:
    void SetUp() override {
        if (delays_signals) GTEST_SKIP() << "TSan holds signals back until the next system call";
    }
};

TEST_F(turn_alarms, a_turn_that_takes_too_long_leaves_the_stack_it_was_in) {
    turn_alarm alarm;
    alarm.set(2ms);
    work(10ms);
    alarm.clear();
    EXPECT_TRUE(found_at_work(alarm));
}

TEST_F(turn_alarms, one_that_ends_in_time_leaves_nothing_and_the_next_one_forgets_the_last) {
    turn_alarm alarm;
    alarm.set(1h);
    work(2ms);
    alarm.clear();
    EXPECT_TRUE(alarm.stack().empty());
    alarm.set(1ms);
    work(5ms);
    alarm.clear();
    EXPECT_FALSE(alarm.stack().empty());
    alarm.set(1h);
    EXPECT_TRUE(alarm.stack().empty());
    alarm.clear();
}

TEST_F(turn_alarms, between_turns_nothing_is_noted) {
    turn_alarm alarm;
    alarm.set(1ms);
    alarm.clear();
    work(5ms);
    EXPECT_TRUE(alarm.stack().empty());
}

TEST_F(turn_alarms, no_limit_at_all_is_over_at_once) {
    turn_alarm alarm;
    alarm.set(0ns);
    work(2ms);
    alarm.clear();
    EXPECT_FALSE(alarm.stack().empty());
}

TEST_F(turn_alarms, it_goes_with_its_loop_into_another_thread) {
    turn_alarm alarm;
    alarm.set(1h);
    alarm.clear();
    std::thread([&] {
        alarm.set(1ms);
        work(5ms);
        alarm.clear();
    }).join();
    EXPECT_TRUE(found_at_work(alarm));
}

TEST_F(turn_alarms, each_threads_alarm_is_its_own) {
    turn_alarm mine;
    mine.set(1h);
    std::thread([] {
        turn_alarm its;
        its.set(1ms);
        auto const until = rota::detail::monotonic_now() + 5ms;
        while (rota::detail::monotonic_now() < until) continue;
        its.clear();
        EXPECT_FALSE(its.stack().empty());
    }).join();
    mine.clear();
    EXPECT_TRUE(mine.stack().empty());
}

}  // namespace
