#include <rota/detail/timer_queue.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using rota::clock;
using rota::detail::task_state;
using rota::detail::timer_node;
using rota::detail::timer_queue;

constexpr clock::time_point at(std::int64_t ns) { return clock::time_point(clock::duration(ns)); }
constexpr clock::time_point at(clock::duration since) { return clock::time_point(since); }
constexpr std::int64_t tick = std::int64_t{1} << 20;

struct log_timer final : timer_node {
    explicit log_timer(std::vector<int>& log, int number) : log_(log), number_(number) {}
    bool cancel(task_state&) noexcept override { return false; }
    char const* waits_for() const noexcept override { return "a test"; }
    void fire() noexcept override {
        log_.push_back(number_);
        if (and_then) and_then->disarm(*to_disarm);
    }

    timer_queue* and_then = nullptr;
    log_timer* to_disarm = nullptr;

private:
    std::vector<int>& log_;
    int number_;
};

class TimerQueue : public testing::Test {
protected:
    log_timer& arm(clock::time_point when) {
        timers_.push_back(std::make_unique<log_timer>(log_, static_cast<int>(timers_.size())));
        queue_.arm(*timers_.back(), when);
        return *timers_.back();
    }
    log_timer& arm(std::int64_t ns) { return arm(at(ns)); }

    timer_queue queue_;
    std::vector<int> log_;
    std::vector<std::unique_ptr<log_timer>> timers_;
    using numbers = std::vector<int>;
};

TEST_F(TimerQueue, FiresNothingEarly) {
    arm(5 * tick + 3);
    queue_.advance(at(5 * tick + 2));
    EXPECT_EQ(log_, numbers());
    queue_.advance(at(5 * tick + 3));
    EXPECT_EQ(log_, numbers({0}));
    EXPECT_TRUE(queue_.empty());
}

TEST_F(TimerQueue, OrderWithinATickIsExact) {
    arm(7 * tick + 30);
    arm(7 * tick + 10);
    arm(7 * tick + 20);
    queue_.advance(at(8 * tick));
    EXPECT_EQ(log_, numbers({1, 2, 0}));
}

TEST_F(TimerQueue, EqualDeadlinesAreFirstInFirstOut) {
    for (int i = 0; i < 100; ++i) arm(40 * 64 * 64 * tick + 5);
    queue_.advance(at(40 * 64 * tick));
    for (int i = 0; i < 100; ++i) arm(40 * 64 * 64 * tick + 5);
    queue_.advance(at(40 * 64 * 64 * tick));
    for (int i = 0; i < 100; ++i) arm(40 * 64 * 64 * tick + 5);
    queue_.advance(at(41 * 64 * 64 * tick));
    numbers expected;
    for (int i = 0; i < 300; ++i) expected.push_back(i);
    EXPECT_EQ(log_, expected);
}

TEST_F(TimerQueue, WhatIsDueAlreadyFiresAtTheNextLook) {
    queue_.advance(at(1h));
    arm(at(1min));
    arm(at(30s));
    arm(at(1h));
    queue_.advance(at(1h));
    EXPECT_EQ(log_, numbers({1, 0, 2}));
}

TEST_F(TimerQueue, TheLatestOfAllLevelsComesDownToItsExactTime) {
    for (unsigned level = 0; level < 6; ++level) arm((tick << (6 * level)) * 3 + 17);
    for (unsigned level = 0; level < 6; ++level) {
        auto const when = (tick << (6 * level)) * 3 + 17;
        queue_.advance(at(when - 1));
        ASSERT_EQ(log_.size(), level);
        queue_.advance(at(when));
        ASSERT_EQ(log_.size(), level + 1);
    }
}

TEST_F(TimerQueue, TheFarFutureComes) {
    arm(at(24h * 365 * 3));
    arm(at(24h * 365 * 250));
    arm(at(clock::never().time_since_epoch() - 1ns));
    arm(at(24h * 365 * 5));
    queue_.advance(at(24h * 365 * 3 - 1ns));
    EXPECT_EQ(log_, numbers());
    queue_.advance(at(24h * 365 * 3));
    EXPECT_EQ(log_, numbers({0}));
    queue_.advance(at(24h * 365 * 5 - 1ns));
    EXPECT_EQ(log_, numbers({0}));
    queue_.advance(at(24h * 365 * 5));
    EXPECT_EQ(log_, numbers({0, 3}));
    queue_.advance(at(24h * 365 * 290));
    EXPECT_EQ(log_, numbers({0, 3, 1}));
    queue_.advance(at(clock::never().time_since_epoch() - 1ns));
    EXPECT_EQ(log_, numbers({0, 3, 1, 2}));
}

// The top level's turn is 2.3 years: towards its end what comes in the next turn must not wait for that one's end.
TEST_F(TimerQueue, IsOnTimeAcrossTheEndOfTheTopLevelsTurn) {
    auto const turn = std::int64_t{1} << 56;
    queue_.advance(at(turn - 1000 * tick));
    arm(turn + 5 * tick);
    arm(turn - 500 * tick);
    arm(turn + 3 * (turn / 64));
    EXPECT_LE(queue_.next_wake(), at(turn - 500 * tick));
    queue_.advance(at(turn - 500 * tick));
    EXPECT_EQ(log_, numbers({1}));
    EXPECT_LE(queue_.next_wake(), at(turn + 5 * tick));
    queue_.advance(at(turn + 5 * tick));
    EXPECT_EQ(log_, numbers({1, 0}));
    queue_.advance(at(turn + 3 * (turn / 64)));
    EXPECT_EQ(log_, numbers({1, 0, 2}));
}

TEST_F(TimerQueue, ALookAheadDoesNotChangeTheOrder) {
    arm(50 * tick + 900);
    EXPECT_EQ(queue_.next_wake(), at(50 * tick + 900));
    // Earlier ones come in after the loop has asked how long it may sleep.
    arm(50 * tick + 100);
    arm(20 * tick);
    queue_.advance(at(60 * tick));
    EXPECT_EQ(log_, numbers({2, 1, 0}));
}

TEST_F(TimerQueue, AnEqualDeadlineAfterALookAheadComesSecond) {
    arm(50 * tick + 100);
    EXPECT_EQ(queue_.next_wake(), at(50 * tick + 100));
    arm(50 * tick + 100);
    queue_.advance(at(60 * tick));
    EXPECT_EQ(log_, numbers({0, 1}));
}

TEST_F(TimerQueue, DisarmedOnesDoNotFireWhereverTheyWait) {
    std::vector<log_timer*> gone;
    for (unsigned level = 0; level < 7; ++level) {
        auto const when = (tick << (6 * level)) + 5;
        gone.push_back(&arm(when));
        arm(when);
        gone.push_back(&arm(when));
    }
    gone.push_back(&arm(std::int64_t{0}));  // due: in the heap
    for (auto* timer : gone) {
        EXPECT_TRUE(timer->armed());
        queue_.disarm(*timer);
        EXPECT_FALSE(timer->armed());
    }
    queue_.advance(at(tick << 37));
    EXPECT_EQ(log_, numbers({1, 4, 7, 10, 13, 16, 19}));
}

TEST_F(TimerQueue, ADisarmedTimerMayBeArmedAgain) {
    auto& timer = arm(100 * tick);
    queue_.disarm(timer);
    queue_.arm(timer, at(10 * tick));
    queue_.advance(at(10 * tick));
    EXPECT_EQ(log_, numbers({0}));
    queue_.arm(timer, at(20 * tick));
    queue_.advance(at(20 * tick));
    EXPECT_EQ(log_, numbers({0, 0}));
}

TEST_F(TimerQueue, OneThatFiresMayDisarmOthersThatAreDue) {
    auto& first = arm(10 * tick);
    auto& second = arm(10 * tick + 1);
    arm(11 * tick);
    first.and_then = &queue_;
    first.to_disarm = &second;
    queue_.advance(at(20 * tick));
    EXPECT_EQ(log_, numbers({0, 2}));
    EXPECT_TRUE(queue_.empty());
}

TEST_F(TimerQueue, NextWakeIsNeverWithoutTimers) {
    EXPECT_EQ(queue_.next_wake(), clock::never());
    auto& timer = arm(at(1h));
    EXPECT_LE(queue_.next_wake(), at(1h));
    queue_.disarm(timer);
    EXPECT_EQ(queue_.next_wake(), clock::never());
}

TEST_F(TimerQueue, FollowingNextWakeReachesEachTimerInFewSteps) {
    for (auto const when : {1ms, 70ms, 5'000ms, 300'000ms, 20'000'000ms, 1'000'000'000ms}) arm(at(when));
    int steps = 0;
    for (; !queue_.empty() && steps < 100; ++steps) queue_.advance(queue_.next_wake());
    EXPECT_EQ(log_, numbers({0, 1, 2, 3, 4, 5}));
    EXPECT_LE(steps, 30);
}

// Everything the queue does, at random, against a sorted map: order, times, look-ahead.
TEST_F(TimerQueue, DoesWhatASortedMapDoes) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        std::mt19937_64 random(seed);
        timer_queue queue;
        log_.clear();
        timers_.clear();
        std::multimap<std::int64_t, int> expected;  // equal keys stay in the order of their insertion
        std::int64_t now = seed % 4 == 0 ? (std::int64_t{1} << 56) - 50'000 * tick : 0;
        queue.advance(at(now));
        auto const some_delay = [&] {
            auto const bits = random() % (seed % 3 == 0 ? 58 : 40);
            auto const delay = static_cast<std::int64_t>(random() & ((std::uint64_t{1} << bits) - 1));
            return random() % 4 == 0 ? delay / tick * tick : delay;
        };
        for (int step = 0; step < 2500; ++step) {
            switch (random() % 8) {
                case 0:
                case 1:
                case 2:
                case 3: {
                    auto when = now + some_delay() - (random() % 16 == 0 ? 1000 : 0);
                    if (when < 0) when = 0;
                    if (!expected.empty() && random() % 4 == 0) when = expected.rbegin()->first;
                    auto const number = static_cast<int>(timers_.size());
                    timers_.push_back(std::make_unique<log_timer>(log_, number));
                    queue.arm(*timers_.back(), at(when));
                    expected.emplace(when, number);
                    break;
                }
                case 4: {
                    if (expected.empty()) break;
                    auto which = expected.begin();
                    std::advance(which, static_cast<std::ptrdiff_t>(random() % expected.size()));
                    queue.disarm(*timers_[static_cast<std::size_t>(which->second)]);
                    expected.erase(which);
                    break;
                }
                case 5: {
                    auto const wake = queue.next_wake();
                    if (expected.empty())
                        ASSERT_EQ(wake, clock::never());
                    else
                        ASSERT_LE(wake.time_since_epoch().count(), std::max(now, expected.begin()->first));
                    break;
                }
                default: {
                    now = random() % 4 == 0
                              ? std::max(now,
                                         std::min(queue.next_wake(), at(now + tick * 1000)).time_since_epoch().count())
                              : now + some_delay() / 16;
                    log_.clear();
                    queue.advance(at(now));
                    numbers due;
                    while (!expected.empty() && expected.begin()->first <= now) {
                        due.push_back(expected.begin()->second);
                        expected.erase(expected.begin());
                    }
                    ASSERT_EQ(log_, due) << "seed " << seed << ", step " << step;
                }
            }
            ASSERT_EQ(queue.empty(), expected.empty());
        }
        for (auto const& [when, number] : expected) queue.disarm(*timers_[static_cast<std::size_t>(number)]);
        EXPECT_TRUE(queue.empty());
    }
}

}  // namespace
