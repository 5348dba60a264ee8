#include <rota/core/callback_handle.hpp>

#include "core/core_kit.hpp"

#include <rota/core/context.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::callback_handle;
using rota::coro;
using rota::running_loop;
using namespace std::chrono_literals;

class CallbackHandle : public core_kit::test {};

TEST_F(CallbackHandle, DroppingItChangesNothing) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        running_loop().call_soon([&] { log.push_back("soon"); });
        running_loop().call_later(1ms, [&] { log.push_back("later"); });
        co_await rota::sleep(1s);
        EXPECT_EQ(log, (core_kit::log{"soon", "later"}));
    });
}

TEST_F(CallbackHandle, CancelKeepsItFromBeingCalledAndLetsGoWhatItCaptured) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const held = std::make_shared<int>(1);
        auto soon = running_loop().call_soon([&log, held] { log.push_back("soon"); });
        auto later = running_loop().call_later(1ms, [&log, held] { log.push_back("later"); });
        auto never = running_loop().call_at(rota::clock::never(), [&log, held] { log.push_back("never"); });
        EXPECT_EQ(held.use_count(), 4);
        for (auto* handle : {&soon, &later, &never}) {
            EXPECT_FALSE(handle->cancelled());
            handle->cancel();
            EXPECT_TRUE(handle->cancelled());
            handle->cancel();  // twice is once
        }
        EXPECT_EQ(held.use_count(), 1);
        co_await rota::sleep(1s);
        EXPECT_EQ(log, core_kit::log());
    });
}

TEST_F(CallbackHandle, CopiesNameTheSameCallback) {
    run_simulated([]() -> coro<> {
        bool called = false;
        auto const first = running_loop().call_soon([&] { called = true; });
        auto copy = first;
        auto moved = std::move(copy);
        callback_handle assigned;
        assigned = moved;
        assigned.cancel();
        EXPECT_TRUE(first.cancelled());
        EXPECT_TRUE(moved.cancelled());
        co_await rota::yield();
        EXPECT_FALSE(called);
    });
}

TEST_F(CallbackHandle, AnEmptyOneDoesNothing) {
    callback_handle empty;
    empty.cancel();
    EXPECT_FALSE(empty.cancelled());
}

TEST_F(CallbackHandle, CancelBetweenDeadlineAndTurnStillKeepsItFromBeingCalled) {
    run_simulated([]() -> coro<> {
        bool called = false;
        callback_handle second;
        running_loop().call_later(1ms, [&] { second.cancel(); });
        second = running_loop().call_later(1ms, [&] { called = true; });
        co_await rota::sleep(1s);
        EXPECT_FALSE(called);
        EXPECT_TRUE(second.cancelled());
    });
}

TEST_F(CallbackHandle, CancelFromInsideItsOwnCallbackLeavesTheFunctionWhole) {
    run_simulated([]() -> coro<> {
        std::string seen;
        for (bool const timed : {false, true}) {
            callback_handle handle;
            auto const body = [&handle, &seen, text = std::string(100, 'x')] {
                handle.cancel();
                handle = {};
                seen = text;
            };
            handle = timed ? running_loop().call_later(1ms, body) : running_loop().call_soon(body);
            co_await rota::sleep(1s);
            EXPECT_EQ(seen, std::string(100, 'x'));
            seen.clear();
        }
    });
}

TEST_F(CallbackHandle, CancelAfterItWasCalledDoesNothing) {
    run_simulated([]() -> coro<> {
        int calls = 0;
        auto soon = running_loop().call_soon([&] { ++calls; });
        auto later = running_loop().call_later(1ms, [&] { ++calls; });
        co_await rota::sleep(1s);
        soon.cancel();
        later.cancel();
        EXPECT_FALSE(soon.cancelled());
        EXPECT_EQ(calls, 2);
    });
}

TEST_F(CallbackHandle, WhatItCapturedIsLetGoAfterTheCall) {
    run_simulated([]() -> coro<> {
        auto const held = std::make_shared<int>(1);
        auto const handle = running_loop().call_soon([held] {});
        co_await rota::yield();
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_F(CallbackHandle, MayOutliveItsLoop) {
    callback_handle called, pending, timed;
    auto const held = std::make_shared<int>(1);
    run_simulated([&]() -> coro<> {
        called = running_loop().call_soon([held] {});
        timed = running_loop().call_later(1h, [held] { ADD_FAILURE() << "called"; });
        co_await rota::yield();
    });
    called.cancel();
    timed.cancel();
    pending.cancel();
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(CallbackHandle, OfACallbackThatThrewIsHarmless) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        auto handle = running_loop().call_soon([] { throw std::runtime_error("thrown"); });
        co_await rota::yield();
        handle.cancel();
        EXPECT_EQ(reports.told.size(), 1U);
    });
}

TEST_F(CallbackHandle, TellsItsTimeAndItsContext) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        number.set(1);
        auto const soon = running_loop().call_soon([] {});
        auto const later = running_loop().call_later(1s, [] {});
        number.set(2);
        EXPECT_EQ(soon.when(), std::nullopt);
        EXPECT_EQ(later.when(), rota::clock::now() + 1s);
        EXPECT_EQ(later.get_context().run([&] { return number.get(); }), 1);
        EXPECT_EQ(callback_handle().when(), std::nullopt);
        EXPECT_FALSE(callback_handle());
        EXPECT_TRUE(soon);
        EXPECT_NE(soon, later);
        co_await rota::sleep(2s);
        EXPECT_EQ(soon.get_context().run([&] { return number.get(); }), 1);
    });
}

TEST_F(CallbackHandle, CallbacksRunInAGivenContext) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        core_kit::log log;
        auto const note = [&](char const* who) { log.push_back(who + std::to_string(number.get())); };
        rota::context own;
        own.run([&] { number.set(7); });
        auto& loop = running_loop();
        auto const future = rota::create_future<>();
        auto const quick = []() -> coro<> { co_return; };
        auto const task = rota::create_task(quick());
        loop.call_soon(own, note, "soon ");
        loop.call_later(1s, own, note, "later ");
        future.add_done_callback(own, [&](auto const&) { note("future "); });
        task.add_done_callback(own, [&](rota::task<> const&) { note("task "); });
        rota::any_task(task).add_done_callback(own, [&](rota::any_task const&) { note("any task "); });
        future.set_result();
        co_await rota::sleep(2s);
        EXPECT_EQ(log, (core_kit::log{"soon 7", "future 7", "task 7", "any task 7", "later 7"}));
    });
}

TEST_F(CallbackHandle, TakesBackADoneCallbackUntilItsTurn) {
    run_simulated([]() -> coro<> {
        auto const held = std::make_shared<int>(1);
        auto const fail = [held](auto const&) { ADD_FAILURE() << "called"; };
        core_kit::log log;
        auto const body = []() -> coro<> { co_await rota::yield(); };
        auto const task = rota::create_task(body());
        auto const future = rota::create_future<>();
        auto early_task = task.add_done_callback(fail);
        auto early_future = future.add_done_callback(fail);
        auto late_future = future.add_done_callback(fail);
        EXPECT_EQ(held.use_count(), 5);
        EXPECT_TRUE(task.remove_done_callback(early_task));
        EXPECT_TRUE(future.remove_done_callback(early_future));
        EXPECT_FALSE(future.remove_done_callback(early_future));
        EXPECT_EQ(held.use_count(), 3);
        auto called = future.add_done_callback([&](auto const&) { log.push_back("called"); });
        future.set_result();
        EXPECT_TRUE(late_future.cancel());
        EXPECT_EQ(held.use_count(), 2);
        co_await task;
        EXPECT_FALSE(future.remove_done_callback(called));
        auto after = task.add_done_callback(fail);
        EXPECT_TRUE(task.remove_done_callback(after));
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"called"}));
    });
}

TEST_F(CallbackHandle, OfADoneCallbackMayOutliveWhatItWaitsFor) {
    callback_handle of_future, of_task;
    run_simulated([&]() -> coro<> {
        of_future = rota::create_future<>().add_done_callback([](auto const&) { ADD_FAILURE() << "called"; });
        EXPECT_TRUE(of_future.cancel());
        auto const nothing = []() -> coro<> { co_return; };
        of_task = rota::create_task(nothing()).add_done_callback([](rota::task<> const&) {});
        co_await rota::sleep(1s);
    });
    EXPECT_FALSE(of_task.cancel());
}

// As a connection that lives as long as its timer.
TEST_F(CallbackHandle, CancelMayLetGoWhatTheHandleItselfLivesIn) {
    struct session {
        explicit session(bool& gone) : gone_(gone) {}
        session(session const&) = delete;
        session& operator=(session const&) = delete;
        ~session() { gone_ = true; }
        callback_handle timer;

    private:
        bool& gone_;
    };
    bool gone = false;
    run_simulated([&]() -> coro<> {
        auto owner = std::make_shared<session>(gone);
        session& alone = *owner;
        alone.timer = running_loop().call_later(1h, [owner = std::move(owner)] { FAIL() << owner.use_count(); });
        EXPECT_TRUE(alone.timer.cancel());
        EXPECT_TRUE(gone);
        co_return;
    });
}

}  // namespace
