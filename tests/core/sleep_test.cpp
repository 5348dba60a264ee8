#include <rota/core/sleep.hpp>

#include "core/core_kit.hpp"

#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::clock;
using rota::coro;
using namespace std::chrono_literals;

class Sleep : public core_kit::test {};

TEST_F(Sleep, TakesExactlyItsTime) {
    run_simulated([]() -> coro<> {
        for (auto const delay : {1ns, 999ns, 1'000'000ns, 1'048'576ns, 3'600'000'000'007ns}) {
            auto const before = clock::now();
            co_await rota::sleep(delay);
            EXPECT_EQ(clock::now() - before, delay);
        }
    });
}

TEST_F(Sleep, TakesAnyDuration) {
    run_simulated([]() -> coro<> {
        auto const before = clock::now();
        co_await rota::sleep(std::chrono::duration<double>(0.25));
        co_await rota::sleep(std::chrono::minutes(1));
        EXPECT_EQ(clock::now() - before, 60'250ms);
    });
}

TEST_F(Sleep, OfZeroOrLessIsAYield) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const other = [&]() -> coro<> {
            log.push_back("other");
            co_return;
        };
        auto const before = clock::now();
        rota::create_task(other());
        co_await rota::sleep(0s);
        log.push_back("zero");
        rota::create_task(other());
        co_await rota::sleep(-1h);
        log.push_back("negative");
        EXPECT_EQ(log, (core_kit::log{"other", "zero", "other", "negative"}));
        EXPECT_EQ(clock::now(), before);
    });
}

TEST_F(Sleep, TooLongToRepresentNeverEnds) {
    EXPECT_THROW(run_simulated([]() -> coro<> { co_await rota::sleep(std::chrono::hours::max()); }),
                 rota::deadlock_error);
    EXPECT_THROW(run_simulated([]() -> coro<> {
                     co_await rota::sleep(std::chrono::duration<double>(std::numeric_limits<double>::infinity()));
                 }),
                 rota::deadlock_error);
}

TEST_F(Sleep, ForeverCanBeCancelled) {
    run_simulated([]() -> coro<> {
        auto const task = rota::create_task(rota::sleep(std::chrono::hours::max()));
        co_await rota::sleep(24h * 365 * 100);
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
}

TEST_F(Sleep, UntilADeadlineEndsThen) {
    run_simulated([]() -> coro<> {
        auto const deadline = clock::now() + 90s;
        co_await rota::sleep(30s);
        co_await rota::sleep_until(deadline);
        EXPECT_EQ(clock::now(), deadline);
        co_await rota::sleep_until(deadline - 1s);
        EXPECT_EQ(clock::now(), deadline);
        auto const task = rota::create_task(rota::sleep_until(clock::never()));
        co_await rota::sleep(1h);
        EXPECT_FALSE(task.done());
        task.cancel();
    });
}

TEST_F(Sleep, IsReckonedFromWhenItSuspendsNotFromWhenItIsMade) {
    run_simulated([]() -> coro<> {
        auto const before = clock::now();
        auto nap = rota::sleep(1s);
        co_await rota::sleep(5s);
        co_await nap;
        EXPECT_EQ(clock::now() - before, 6s);
    });
}

TEST_F(Sleep, SleepersWakeInTheOrderOfTheirDeadlinesEqualOnesInTheirOwn) {
    run_simulated([]() -> coro<> {
        std::vector<int> order;
        auto const sleeper = [&](int number, std::chrono::nanoseconds delay) -> coro<> {
            co_await rota::sleep(delay);
            order.push_back(number);
        };
        rota::create_task(sleeper(3, 100us));
        rota::create_task(sleeper(1, 50us));
        rota::create_task(sleeper(4, 100us));
        rota::create_task(sleeper(2, 50us));
        rota::create_task(sleeper(0, 20us));
        co_await rota::sleep(1s);
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
    });
}

TEST_F(Sleep, InARealLoopNeverEndsEarly) {
    rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
        for (auto const delay : {1us, 100us, 1'000us, 3'333us}) {
            auto const before = clock::now();
            co_await rota::sleep(delay);
            EXPECT_GE(clock::now() - before, delay);
        }
    });
}

TEST_F(Sleep, YieldLetsAllThatIsReadyHaveItsTurn) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const step = [&](std::string name) -> coro<> {
            for (int i = 0; i < 2; ++i) {
                log.push_back(name);
                co_await rota::yield();
            }
        };
        rota::create_task(step("a"));
        rota::create_task(step("b"));
        rota::running_loop().call_soon([&] { log.push_back("callback"); });
        co_await rota::yield();
        log.push_back("main");
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"a", "b", "callback", "main", "a", "b"}));
    });
}

}  // namespace
