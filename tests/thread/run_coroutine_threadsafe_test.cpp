#include <rota/thread/run_coroutine_threadsafe.hpp>

#include "io/io_kit.hpp"

#include <rota/core/cancellation.hpp>
#include <rota/core/task_factory.hpp>
#include <rota/thread/to_thread.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;

class RunCoroutineThreadsafe : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, RunCoroutineThreadsafe, testing::ValuesIn(real_engines()), name_of);

coro<int> twice(int number) {
    co_await rota::yield();
    co_return number * 2;
}

TEST_P(RunCoroutineThreadsafe, GivesTheResultToTheThread) {
    run([]() -> coro<> {
        rota::loop& here = rota::running_loop();
        auto ask = [&here] { return rota::run_coroutine_threadsafe(twice(21), here).result(5s); };
        EXPECT_EQ(co_await rota::to_thread(ask), 42);
        auto call = [&here] { return rota::run_coroutine_threadsafe(here, twice, 4).result(); };
        EXPECT_EQ(co_await rota::to_thread(call), 8);
    });
}

TEST_P(RunCoroutineThreadsafe, RunsOnTheLoopsThread) {
    run([]() -> coro<> {
        rota::loop& here = rota::running_loop();
        auto const thread = std::this_thread::get_id();
        auto which = []() -> coro<std::thread::id> { co_return std::this_thread::get_id(); };
        auto ask = [&] { return rota::run_coroutine_threadsafe(which(), here).result(); };
        EXPECT_EQ(co_await rota::to_thread(ask), thread);
    });
}

// It would end before the loop's side of its result is ready for that.
TEST_P(RunCoroutineThreadsafe, UnderAnEagerTaskFactoryItBeginsInATurnOfItsOwn) {
    run([]() -> coro<> {
        rota::loop& here = rota::running_loop();
        here.set_task_factory(rota::eager_task_factory);
        std::string log;
        auto note = [&]() -> coro<> {
            log += "coroutine ";
            co_return;
        };
        // Nobody wants the result.
        static_cast<void>(rota::run_coroutine_threadsafe(note(), here));
        here.call_soon_threadsafe([&] { log += "callback "; });
        while (log.size() < 19) co_await rota::sleep(1ms);
        EXPECT_EQ(log, "callback coroutine ");
    });
}

TEST_P(RunCoroutineThreadsafe, FromManyThreadsAtOnce) {
    run([]() -> coro<> {
        rota::loop& here = rota::running_loop();
        std::atomic<int> sum{0};
        auto ask = [&] {
            for (int i = 0; i < 100; ++i) sum += rota::run_coroutine_threadsafe(twice(i), here).result();
        };
        auto all = [&] {
            std::vector<std::thread> threads;
            for (int i = 0; i < 4; ++i) threads.emplace_back(ask);
            for (auto& each : threads) each.join();
        };
        co_await rota::to_thread(all);
        EXPECT_EQ(sum, 4 * 9900);
    });
}

TEST_P(RunCoroutineThreadsafe, WhatTheEndOfTheLoopLeavesIsCancelled) {
    rota::concurrent_future<> left;
    rota::concurrent_future<> late;
    run([&]() -> coro<> {
        rota::loop& here = rota::running_loop();
        auto forever = []() -> coro<> { co_await rota::sleep(1h); };
        auto ask = [&] { left = rota::run_coroutine_threadsafe(forever(), here); };
        co_await rota::to_thread(ask);
        co_await rota::sleep(1ms);
        late = rota::run_coroutine_threadsafe(forever(), here);
    });
    EXPECT_TRUE(left.done());
    EXPECT_THROW(left.result(), rota::cancelled_error);
    EXPECT_THROW(late.result(), rota::cancelled_error);
    EXPECT_FALSE(left.cancel());
}

}  // namespace
