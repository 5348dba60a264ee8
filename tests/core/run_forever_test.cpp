#include <rota/core/run.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace {

using core_kit::log;
using rota::coro;
using namespace std::chrono_literals;

rota::runner_options const on_simulated(rota::engine_kind::simulated);

class RunForever : public core_kit::test {};

TEST_F(RunForever, EndsWithTheTurnInWhichItIsStopped) {
    rota::runner runner(on_simulated);
    rota::loop& loop = runner.get_loop();
    log l;
    auto const worker = [&]() -> coro<> {
        for (int i = 0; i < 3; ++i) {
            co_await rota::sleep(1s);
            l.push_back("worker " + std::to_string(i));
        }
    };
    runner.run([&]() -> coro<> {
        rota::create_task(worker());
        co_return;
    });
    EXPECT_FALSE(loop.is_running());
    loop.call_later(1500ms, [&] {
        EXPECT_TRUE(loop.is_running());
        loop.call_soon([&] { l.push_back("next turn"); });
        loop.stop();
    });
    loop.call_later(1500ms, [&] { l.push_back("same turn"); });
    runner.run_forever();
    EXPECT_FALSE(loop.is_running());
    EXPECT_EQ(l, (log{"worker 0", "same turn"}));
    loop.call_later(10s, [&] { loop.stop(); });
    runner.run_forever();
    EXPECT_EQ(l, (log{"worker 0", "same turn", "next turn", "worker 1", "worker 2"}));
    EXPECT_FALSE(runner.is_closed());
    runner.close();
    EXPECT_TRUE(runner.is_closed());
    EXPECT_THROW(runner.run_forever(), rota::usage_error);
}

TEST_F(RunForever, StoppedBeforeItRunsExactlyOneTurn) {
    rota::runner runner(on_simulated);
    rota::loop& loop = runner.get_loop();
    log l;
    loop.call_soon([&] {
        l.push_back("first");
        loop.call_soon([&] { l.push_back("second"); });
    });
    loop.call_later(0s, [&] { l.push_back("due"); });
    loop.call_later(1s, [&] { l.push_back("later"); });
    loop.stop();
    runner.run_forever();
    EXPECT_EQ(l, (log{"first", "due"}));
    loop.stop();
    runner.run_forever();
    EXPECT_EQ(l, (log{"first", "due", "second"}));
}

TEST_F(RunForever, IsStoppedFromAnotherThread) {
    blocks_wander();
    rota::runner runner{rota::runner_options(rota::engine_kind::epoll)};
    rota::loop& loop = runner.get_loop();
    std::thread other([&] { loop.call_soon_threadsafe([&] { loop.stop(); }); });
    runner.run_forever();
    other.join();
}

TEST_F(RunForever, WithNothingThatCanEverHappenIsADeadlockInSimulation) {
    rota::runner runner(on_simulated);
    EXPECT_THROW(runner.run_forever(), rota::deadlock_error);
}

TEST_F(RunForever, StopInsideRunIsAUsageError) {
    core_kit::run_simulated([]() -> coro<> {
        EXPECT_THROW(rota::running_loop().stop(), rota::usage_error);
        EXPECT_TRUE(rota::running_loop().is_running());
        co_return;
    });
}

TEST_F(RunForever, StopInACleanUpAtTheEndIsNoError) {
    rota::runner runner(on_simulated);
    rota::loop& loop = runner.get_loop();
    bool cleaned_up = false;
    auto const worker = [&]() -> coro<> {
        try {
            co_await rota::sleep(1h);
        } catch (rota::cancelled_error const&) {
            loop.stop();
            cleaned_up = true;
            throw;
        }
    };
    runner.run([&]() -> coro<> {
        rota::create_task(worker());
        co_await rota::yield();
    });
    runner.close();
    EXPECT_TRUE(cleaned_up);
}

}  // namespace
