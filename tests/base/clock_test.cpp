#include <rota/base/clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <thread>
#include <type_traits>

namespace {

using namespace std::chrono_literals;
using rota::clock;
using rota::detail::deadline_after;

constexpr clock::time_point at(clock::duration since) { return clock::time_point(since); }

struct fixed_clock final : rota::detail::clock_source {
    explicit fixed_clock(clock::time_point time) : time_(time) {}
    clock::time_point now() noexcept override { return time_; }

private:
    clock::time_point time_;
};

TEST(Clock, NeverGoesBack) {
    auto before = clock::now();
    for (int i = 0; i < 1000; ++i) {
        auto const after = clock::now();
        ASSERT_LE(before, after);
        before = after;
    }
}

TEST(Clock, PointsOfOtherClocksDoNotConvert) {
    EXPECT_FALSE((std::is_convertible_v<std::chrono::steady_clock::time_point, clock::time_point>));
    EXPECT_FALSE((std::is_constructible_v<clock::time_point, std::chrono::system_clock::time_point>));
}

TEST(Clock, IsTheThreadsSourceWhileItHasOne) {
    fixed_clock source(at(42s));
    auto* before = rota::detail::exchange_clock_source(&source);
    EXPECT_EQ(clock::now(), at(42s));
    auto elsewhere = at(0s);
    std::thread([&] { elsewhere = clock::now(); }).join();
    EXPECT_EQ(rota::detail::exchange_clock_source(before), &source);
    EXPECT_NE(elsewhere, at(42s));
    EXPECT_NE(clock::now(), at(42s));
}

TEST(DeadlineAfter, AddsTheDelay) {
    EXPECT_EQ(deadline_after(at(10s), 5ms), at(10s + 5ms));
    EXPECT_EQ(deadline_after(at(10s), 1ns), at(10s + 1ns));
    EXPECT_EQ(deadline_after(at(10s), std::chrono::duration<double>(0.5)), at(10s + 500ms));
}

TEST(DeadlineAfter, ANegativeDelayIsNone) {
    EXPECT_EQ(deadline_after(at(10s), -1s), at(10s));
    EXPECT_EQ(deadline_after(at(10s), 0s), at(10s));
    EXPECT_EQ(deadline_after(at(10s), std::chrono::hours::min()), at(10s));
}

TEST(DeadlineAfter, NotANumberIsNone) {
    auto const nan = std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(deadline_after(at(10s), nan), at(10s));
}

TEST(DeadlineAfter, WhatIsTooLargeNeverComes) {
    EXPECT_EQ(deadline_after(at(10s), clock::duration::max()), clock::never());
    EXPECT_EQ(deadline_after(at(10s), std::chrono::hours::max()), clock::never());
    EXPECT_EQ(deadline_after(at(10s), std::chrono::years(1000)), clock::never());
    auto const endless = std::chrono::duration<double>(std::numeric_limits<double>::infinity());
    EXPECT_EQ(deadline_after(at(10s), endless), clock::never());
}

TEST(DeadlineAfter, TheLargestDelayThatFitsIsExact) {
    auto const most = clock::never() - at(10s);
    EXPECT_EQ(deadline_after(at(10s), most - 1ns), clock::never() - 1ns);
    EXPECT_EQ(deadline_after(at(10s), most), clock::never());
}

TEST(DeadlineAfter, IsAConstant) { static_assert(deadline_after(at(1s), 1s) == at(2s)); }

}  // namespace
