#include <rota/core/deadlock_error.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_cleanup.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using core_kit::run_simulated;
using core_kit::what_of;
using rota::coro;
using namespace std::chrono_literals;

class DeadlockError : public core_kit::test {};

std::string place(unsigned line) { return "deadlock_error_test.cpp:" + std::to_string(line); }

TEST_F(DeadlockError, NamesTheTasksTheLinesOfTheirAwaitsAndWhatTheyWaitFor) {
    unsigned future_line = 0, outer_line = 0, main_line = 0, task_line = 0;
    auto const text = what_of<rota::deadlock_error>([&] {
        run_simulated([&]() -> coro<> {
            auto const never = rota::create_future<>();
            auto const inner = [&]() -> coro<> {
                future_line = __LINE__ + 1;
                co_await never;
            };
            auto const outer = [&]() -> coro<> {
                outer_line = __LINE__ + 1;
                co_await inner();
            };
            auto const stuck = rota::create_task(rota::named("stuck one"), outer());
            auto const waits = [&]() -> coro<> {
                task_line = __LINE__ + 1;
                co_await stuck;
            };
            auto const second = rota::create_task(rota::named("its waiter"), waits());
            main_line = __LINE__ + 1;
            co_await second;
        });
    });
    EXPECT_NE(text.find("deadlock"), std::string::npos);
    EXPECT_NE(text.find("stuck one"), std::string::npos) << text;
    EXPECT_NE(text.find("its waiter"), std::string::npos) << text;
    EXPECT_NE(text.find("waits for a future"), std::string::npos) << text;
    EXPECT_NE(text.find("waits for another task"), std::string::npos) << text;
    for (auto const line : {future_line, outer_line, main_line, task_line})
        EXPECT_NE(text.find(place(line)), std::string::npos) << line << "\n" << text;
    EXPECT_LT(text.find(place(outer_line)), text.find(place(future_line))) << text;
}

TEST_F(DeadlockError, CancelsEverythingFirstSoThatCleanUpsRun) {
    core_kit::log log;
    auto const cleanup = [&]() -> coro<> {
        co_await rota::sleep(1s);
        log.push_back("clean-up");
    };
    EXPECT_THROW(run_simulated([&]() -> coro<> {
                     auto const never = rota::create_future<>();
                     co_await rota::with_cleanup([&]() -> coro<> { co_await never; }, cleanup);
                 }),
                 rota::deadlock_error);
    EXPECT_EQ(log, (core_kit::log{"clean-up"}));
}

TEST_F(DeadlockError, DoesNotComeWhileATimerCan) {
    run_simulated([]() -> coro<> {
        auto const future = rota::create_future<int>();
        rota::running_loop().call_later(24h * 365, [&] { future.set_result(1); });
        EXPECT_EQ(co_await future, 1);
    });
}

TEST_F(DeadlockError, ARingOfTasksIsOne) {
    auto const text = what_of<rota::deadlock_error>([&] {
        run_simulated([&]() -> coro<> {
            rota::task<> first, second;
            auto const await_other = [](rota::task<> const& other) -> coro<> {
                co_await rota::yield();
                co_await other;
            };
            first = rota::create_task(rota::named("first"), await_other(second));
            second = rota::create_task(rota::named("second"), await_other(first));
            co_await first;
        });
    });
    EXPECT_NE(text.find("first"), std::string::npos);
    EXPECT_NE(text.find("second"), std::string::npos);
}

TEST_F(DeadlockError, TheRunnerMayBeUsedAfterIt) {
    rota::runner runner{rota::runner_options(rota::engine_kind::simulated)};
    EXPECT_THROW(runner.run([]() -> coro<> { co_await rota::create_future<>(); }), rota::deadlock_error);
    EXPECT_EQ(runner.run([]() -> coro<int> {
        co_await rota::sleep(1s);
        co_return 3;
    }),
              3);
}

}  // namespace
