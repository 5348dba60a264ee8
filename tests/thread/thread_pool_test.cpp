#include <rota/thread/thread_pool.hpp>

#include "io/io_kit.hpp"
#include "thread/gate.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/thread/run_in_executor.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using thread_kit::gate;

class ThreadPool : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ThreadPool, testing::ValuesIn(all_engines()), name_of);

TEST_P(ThreadPool, OfOneThreadTakesItsWorkInTheOrderItCame) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        std::vector<int> order;
        auto work = [&](int number) -> coro<> {
            auto note = [&order, number] { order.push_back(number); };
            co_await rota::run_in_executor(pool, note);
        };
        std::vector<rota::task<>> working;
        for (int i = 0; i < 20; ++i) working.push_back(rota::create_task(work(i)));
        for (auto const& each : working) co_await each;
        for (int i = 0; i < 20; ++i) EXPECT_EQ(order.at(static_cast<std::size_t>(i)), i);
    });
}

TEST_P(ThreadPool, ShutDownTakesNoMoreWorkAndDoesWhatItHas) {
    run([]() -> coro<> {
        rota::thread_pool pool(2);
        int sum = 0;
        auto work = [&]() -> coro<> {
            auto add = [] { return 1; };
            int const one = co_await rota::run_in_executor(pool, add);
            sum += one;
        };
        std::vector<rota::task<>> working;
        for (int i = 0; i < 10; ++i) working.push_back(rota::create_task(work()));
        co_await rota::yield();
        pool.shutdown();
        pool.shutdown();
        for (auto const& each : working) co_await each;
        EXPECT_EQ(sum, 10);
        auto nothing = [] {};
        EXPECT_NE(co_await what_of<rota::usage_error>(rota::run_in_executor(pool, nothing)), "");
    });
}

TEST_P(ThreadPool, MayBeTheDefaultOfALoop) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        auto pool = std::make_unique<rota::thread_pool>(1);
        loop.set_default_executor(*pool);
        auto one = [] { return 1; };
        EXPECT_EQ(co_await rota::to_thread(one), 1);
        EXPECT_EQ(co_await rota::run_in_executor(std::nullopt, one), 1);
        pool.reset();
        EXPECT_NE(co_await what_of<rota::usage_error>(rota::to_thread(one)), "");
        loop.set_default_executor(std::nullopt);
        EXPECT_EQ(co_await rota::to_thread(one), 1);
        EXPECT_EQ(co_await rota::run_in_executor(std::nullopt, one), 1);
    });
}

TEST_P(ThreadPool, TellsHowManyThreadsItMayStart) {
    EXPECT_EQ(rota::thread_pool(3).max_workers(), 3U);
    EXPECT_GT(rota::thread_pool().max_workers(), 0U);
}

TEST(ThreadPoolSubmit, GivesAFutureToAThreadWithoutALoop) {
    rota::thread_pool pool(2);
    std::vector<rota::concurrent_future<int>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(pool.submit([](int number) { return number * 2; }, i));
    int sum = 0;
    for (auto const& each : answers) sum += each.result();
    EXPECT_EQ(sum, 9900);
    auto const broken = pool.submit([] { throw std::runtime_error("broken"); });
    EXPECT_THROW(broken.result(), std::runtime_error);
    int here = 0;
    EXPECT_EQ(&pool.submit([&]() -> int& { return here; }).result(), &here);
    pool.shutdown();
    EXPECT_THROW(pool.submit([] {}), rota::usage_error);
}

TEST(ThreadPoolSubmit, CancelsWhatHasNotBegunAndNothingElse) {
    rota::thread_pool pool(1);
    gate held;
    auto const running = pool.submit([&] { held.wait(); });
    held.wait_for_somebody();
    auto const queued = pool.submit([] {});
    auto const other = pool.submit([] { return 1; });
    EXPECT_FALSE(running.cancel());
    EXPECT_TRUE(queued.cancel());
    EXPECT_FALSE(queued.cancel());
    EXPECT_TRUE(queued.cancelled());
    EXPECT_THROW(queued.result(), rota::cancelled_error);
    EXPECT_THROW(running.result(1ms), rota::timeout_error);
    held.open();
    EXPECT_EQ(other.result(), 1);
    EXPECT_FALSE(other.cancel());
}

TEST(ThreadPoolSubmit, DroppedCancelsWhatHasNotBegun) {
    gate held;
    rota::concurrent_future<> running;
    rota::concurrent_future<> queued;
    {
        rota::thread_pool pool(1);
        running = pool.submit([&] { held.wait(); });
        held.wait_for_somebody();
        queued = pool.submit([] {});
        queued.add_done_callback([&](auto const&) { held.open(); });
    }
    EXPECT_TRUE(running.done());
    EXPECT_TRUE(queued.cancelled());
}

TEST(ThreadPoolSubmit, ACallbackMayWaitForOtherWorkOfTheSamePool) {
    rota::thread_pool pool(2);
    gate held;
    std::promise<int> told;
    auto const first = pool.submit([&] { held.wait(); });
    first.add_done_callback([&](auto const&) {
        auto const other = pool.submit([] { return 7; });
        told.set_value(other.result());
    });
    held.open();
    EXPECT_EQ(told.get_future().get(), 7);
}

class ThreadPoolReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ThreadPoolReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(ThreadPoolReal, WithCancelFuturesCancelsWhatHasNotBegun) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        gate held;
        bool ran = false;
        auto first = [&]() -> coro<> {
            auto wait = [&] { held.wait(); };
            co_await rota::run_in_executor(pool, wait);
        };
        auto second = [&]() -> coro<> {
            auto note = [&] { ran = true; };
            co_await rota::run_in_executor(pool, note);
        };
        auto const running = rota::create_task(first());
        auto const queued = rota::create_task(second());
        co_await rota::yield();
        held.wait_for_somebody();
        pool.shutdown(false, true);
        while (!queued.done()) co_await rota::yield();
        EXPECT_TRUE(queued.cancelled());
        EXPECT_FALSE(running.done());
        held.open();
        co_await running;
        EXPECT_FALSE(ran);
    });
}

TEST_P(ThreadPoolReal, DroppedWhileItWorksWaitsForWhatRunsAndCancelsTheRest) {
    run([]() -> coro<> {
        std::optional<rota::thread_pool> pool(1);
        gate held;
        std::atomic<bool> ended{false};
        auto first = [&]() -> coro<> {
            auto wait = [&] {
                held.wait();
                ended = true;
            };
            co_await rota::run_in_executor(*pool, wait);
        };
        auto second = [&]() -> coro<> {
            auto nothing = [] {};
            co_await rota::run_in_executor(*pool, nothing);
        };
        auto const running = rota::create_task(first());
        auto const queued = rota::create_task(second());
        co_await rota::yield();
        held.wait_for_somebody();
        held.open();
        pool.reset();
        EXPECT_TRUE(ended);
        co_await running;
        while (!queued.done()) co_await rota::yield();
    });
}

TEST_P(ThreadPoolReal, ItsOwnThreadCanNotWaitForItsEnd) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        auto end = [&] { EXPECT_THROW(pool.shutdown(), rota::usage_error); };
        co_await rota::run_in_executor(pool, end);
    });
}

TEST_P(ThreadPoolReal, SeveralLoopsUseItAndEachGetsItsOwnAnswers) {
    rota::thread_pool pool(2);
    rota::engine_options const options(GetParam().kind);
    auto const work = [&](int which) {
        rota::run(rota::runner_options(options), [&]() -> coro<> {
            auto const here = std::this_thread::get_id();
            auto ask = [&](int number) -> coro<> {
                auto add = [which, number] { return which * 1000 + number; };
                int const got = co_await rota::run_in_executor(pool, add);
                EXPECT_EQ(got, which * 1000 + number);
                EXPECT_EQ(std::this_thread::get_id(), here);
            };
            std::vector<rota::task<>> asking;
            for (int i = 0; i < 100; ++i) asking.push_back(rota::create_task(ask(i)));
            for (auto const& each : asking) co_await each;
        });
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(work, i);
    for (auto& each : threads) each.join();
}

}  // namespace
