#include <rota/core/loop.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using core_kit::run_simulated;
using core_kit::strings;
using core_kit::what_of;
using rota::clock;
using rota::coro;
using rota::running_loop;
using namespace std::chrono_literals;

class Loop : public core_kit::test {};

TEST_F(Loop, RunsOnlyWhereRunRuns) {
    EXPECT_NE(what_of<rota::usage_error>([] { (void)running_loop(); }).find("rota::run"), std::string::npos);
    run_simulated([]() -> coro<> {
        auto& loop = running_loop();
        co_await rota::sleep(1s);
        EXPECT_EQ(&loop, &running_loop());
    });
    EXPECT_THROW((void)running_loop(), rota::usage_error);
}

TEST_F(Loop, CallSoonIsFirstInFirstOutWithTasks) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const note = [&](std::string text) -> coro<> {
            log.push_back(std::move(text));
            co_return;
        };
        running_loop().call_soon([&] { log.push_back("a"); });
        rota::create_task(note("b"));
        running_loop().call_soon([&](std::string const& text) { log.push_back(text); }, "c");
        EXPECT_EQ(log, core_kit::log());
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"a", "b", "c"}));
    });
}

TEST_F(Loop, CallbacksOfACallbackComeInTheNextTurn) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto& loop = running_loop();
        loop.call_soon([&] {
            loop.call_soon([&] { log.push_back("next"); });
            log.push_back("first");
        });
        loop.call_soon([&] { log.push_back("second"); });
        co_await rota::yield();
        log.push_back("turn");
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"first", "second", "turn", "next"}));
    });
}

TEST_F(Loop, CallLaterIsByTimeAndFirstInFirstOutWhereTimesAreEqual) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto& loop = running_loop();
        auto const note = [&](std::string const& text) { log.push_back(text); };
        auto const start = loop.time();
        loop.call_later(30ms, note, "30");
        loop.call_later(10ms, note, "10 a");
        loop.call_at(start + 10ms, note, "10 b");
        loop.call_later(10ms, note, "10 c");
        loop.call_later(0s, note, "0");
        loop.call_later(-5s, note, "before");
        co_await rota::sleep(10ms);
        EXPECT_EQ(log, (core_kit::log{"0", "before", "10 a", "10 b", "10 c"}));
        co_await rota::sleep(20ms);
        EXPECT_EQ(log.back(), "30");
        EXPECT_EQ(loop.time() - start, 30ms);
    });
}

TEST_F(Loop, ACallbackTooFarAwayNeverComes) {
    auto const held = std::make_shared<int>(1);
    run_simulated([&]() -> coro<> {
        running_loop().call_later(std::chrono::hours::max(), [held] { ADD_FAILURE() << "it came"; });
        co_await rota::sleep(24h * 365 * 200);
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_F(Loop, ArgumentsAreCopiedAndMayBeMoveOnly) {
    run_simulated([]() -> coro<> {
        int sum = 0;
        {
            std::string text(50, 'x');
            running_loop().call_soon(
                [&](std::string const& t, std::unique_ptr<int> n) { sum = static_cast<int>(t.size()) + *n; }, text,
                std::make_unique<int>(7));
        }
        co_await rota::yield();
        EXPECT_EQ(sum, 57);
    });
}

TEST_F(Loop, AnErrorOfACallbackReachesTheHandlerAndTheLoopGoesOn) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        core_kit::log log;
        running_loop().call_soon([] { throw std::runtime_error("thrown soon"); });
        running_loop().call_later(1ms, [] { throw 42; });
        running_loop().call_soon([&] { log.push_back("next"); });
        co_await rota::sleep(1s);
        EXPECT_EQ(log, (core_kit::log{"next"}));
        EXPECT_EQ(reports.told, (strings{"a callback of the loop threw | thrown soon",
                                         "a callback of the loop threw | no std::exception"}));
    });
}

TEST_F(Loop, WithoutAHandlerItTellsStandardError) {
    testing::internal::CaptureStderr();
    run_simulated([]() -> coro<> {
        running_loop().call_soon([] { throw std::runtime_error("by default"); });
        co_await rota::yield();
    });
    auto const told = testing::internal::GetCapturedStderr();
    EXPECT_NE(told.find("rota: a callback of the loop threw"), std::string::npos) << told;
    EXPECT_NE(told.find("std::runtime_error: by default"), std::string::npos) << told;
}

TEST_F(Loop, AnExceptionHandlerThatThrowsIsReplacedByStandardErrorForThat) {
    testing::internal::CaptureStderr();
    run_simulated([]() -> coro<> {
        running_loop().set_exception_handler(
            [](rota::loop&, rota::exception_context const&) { throw std::runtime_error("of the handler"); });
        running_loop().call_soon([] { throw std::runtime_error("of the callback"); });
        co_await rota::sleep(1s);
    });
    auto const told = testing::internal::GetCapturedStderr();
    EXPECT_NE(told.find("of the callback"), std::string::npos) << told;
    EXPECT_NE(told.find("handler itself threw"), std::string::npos) << told;
}

TEST_F(Loop, AnExceptionHandlerMayReplaceItself) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto& loop = running_loop();
        std::string const text(100, 'h');
        loop.set_exception_handler([&log, &loop, text](rota::loop&, rota::exception_context const&) {
            loop.set_exception_handler(
                [&log](rota::loop&, rota::exception_context const&) { log.push_back("second"); });
            log.push_back(text);
        });
        EXPECT_TRUE(loop.get_exception_handler());
        for (int i = 0; i < 2; ++i) loop.call_soon([] { throw 1; });
        co_await rota::yield();
        loop.set_exception_handler({});
        EXPECT_FALSE(loop.get_exception_handler());
        EXPECT_EQ(log, (core_kit::log{text, "second"}));
    });
}

TEST_F(Loop, MayBeToldOfErrorsByAnybody) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        running_loop().call_exception_handler({"told by hand", nullptr});
        EXPECT_EQ(reports.told, (strings{"told by hand"}));
        co_return;
    });
}

TEST_F(Loop, CallSoonThreadsafeKeepsTheOrderOfEachThread) {
    blocks_wander();
    constexpr int threads = 4;
    constexpr int each = 500;
    rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
        std::vector<std::vector<int>> got(threads);
        auto const all = rota::create_future<>();
        int left = threads * each;
        auto& loop = running_loop();
        std::vector<std::thread> senders;
        for (int t = 0; t < threads; ++t)
            senders.emplace_back([&, t] {
                for (int i = 0; i < each; ++i)
                    loop.call_soon_threadsafe([&, t, i] {
                        got[static_cast<std::size_t>(t)].push_back(i);
                        if (--left == 0) all.set_result();
                    });
            });
        co_await all;
        for (auto& sender : senders) sender.join();
        std::vector<int> expected;
        for (int i = 0; i < each; ++i) expected.push_back(i);
        for (auto const& one : got) EXPECT_EQ(one, expected);
    });
}

TEST_F(Loop, CallSoonThreadsafeWakesALoopThatSleeps) {
    blocks_wander();
    for (auto const kind : {rota::engine_kind::epoll, rota::engine_kind::automatic}) {
        rota::run(rota::runner_options(kind), []() -> coro<> {
            auto const answer = rota::create_future<int>();
            auto& loop = running_loop();
            std::thread sender([&] { loop.call_soon_threadsafe([&] { answer.set_result(5); }); });
            EXPECT_EQ(co_await answer, 5);
            sender.join();
        });
    }
}

TEST_F(Loop, CallSoonThreadsafeFromItsOwnThreadComesInALaterTurn) {
    run_simulated([]() -> coro<> {
        bool called = false;
        running_loop().call_soon_threadsafe([&](bool value) { called = value; }, true);
        EXPECT_FALSE(called);
        co_await rota::sleep(1ms);
        EXPECT_TRUE(called);
    });
}

TEST_F(Loop, WhatComesFromOtherThreadsTooLateIsLetGo) {
    blocks_wander();
    auto const held = std::make_shared<int>(1);
    {
        rota::runner runner{rota::runner_options(rota::engine_kind::epoll)};
        std::thread([&] { runner.get_loop().call_soon_threadsafe([held] {}); }).join();
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Loop, EachAllocationOfACallbackMayFail) {
    run_simulated([]() -> coro<> {
        int calls = 0;
        auto& loop = running_loop();
        auto const held = std::make_shared<int>(1);
        auto const body = [&calls, held] { ++calls; };
        for (auto const& schedule :
             std::vector<std::function<void()>>{[&] { loop.call_soon(body); }, [&] { loop.call_later(1ms, body); },
                                                [&] { loop.call_soon_threadsafe(body); }}) {
            auto const before = held.use_count();
            rota::detail::frame_pool::fail_allocation(1);
            rota::detail::signal_safe_pool::fail_allocations(true);
            EXPECT_THROW(schedule(), std::bad_alloc);
            rota::detail::signal_safe_pool::fail_allocations(false);
            rota::detail::frame_pool::fail_allocation(0);
            EXPECT_EQ(held.use_count(), before);
        }
        co_await rota::sleep(1s);
        EXPECT_EQ(calls, 0);
    });
}

}  // namespace
