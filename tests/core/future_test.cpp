#include <rota/core/future.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::coro;
using rota::create_future;
using namespace std::chrono_literals;

class Future : public core_kit::test {};

TEST_F(Future, WakesAllWhoAwaitItInTheirOrder) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const future = create_future<int>();
        auto const wait = [&](std::string name) -> coro<> {
            int const value = co_await future;
            log.push_back(name + std::to_string(value));
        };
        for (auto const* const name : {"a", "b", "c"}) rota::create_task(wait(name));
        co_await rota::yield();
        EXPECT_FALSE(future.done());
        future.set_result(3);
        EXPECT_TRUE(future.done());
        EXPECT_EQ(log, core_kit::log());
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"a3", "b3", "c3"}));
    });
}

TEST_F(Future, GivesTheSameObjectToAll) {
    run_simulated([]() -> coro<> {
        auto const future = create_future<std::unique_ptr<int>>();
        future.set_result(std::make_unique<int>(4));
        auto const& first = co_await future;
        EXPECT_EQ(&first, &future.result());
        EXPECT_EQ(*first, 4);
    });
}

TEST_F(Future, OfNothingAndOfReferencesWorks) {
    run_simulated([]() -> coro<> {
        auto const nothing = create_future<>();
        nothing.set_result();
        co_await nothing;
        EXPECT_NO_THROW(nothing.result());
    });
}

TEST_F(Future, IsSetOnce) {
    run_simulated([]() -> coro<> {
        auto const future = create_future<int>();
        future.set_result(1);
        EXPECT_THROW(future.set_result(2), rota::invalid_state_error);
        EXPECT_THROW(future.set_exception(std::runtime_error("late")), rota::invalid_state_error);
        EXPECT_EQ(future.result(), 1);
        EXPECT_FALSE(future.cancel());
        EXPECT_FALSE(future.cancelled());
        co_return;
    });
}

TEST_F(Future, RefusesNoException) {
    run_simulated([]() -> coro<> {
        auto const future = create_future<int>();
        EXPECT_THROW(future.set_exception(std::exception_ptr()), rota::usage_error);
        EXPECT_FALSE(future.done());
        co_return;
    });
}

TEST_F(Future, ThrowsItsErrorToEachWhoAwaitsIt) {
    run_simulated([]() -> coro<> {
        auto const future = create_future<int>();
        future.set_exception(std::runtime_error("stored"));
        EXPECT_THROW((void)co_await future, std::runtime_error);
        EXPECT_THROW((void)co_await future, std::runtime_error);
        EXPECT_THROW((void)future.result(), std::runtime_error);
        EXPECT_NE(future.exception(), nullptr);
    });
}

TEST_F(Future, CancelEndsItForAllWithTheirOwnCountsAtZero) {
    run_simulated([]() -> coro<> {
        int cancelled = 0;
        auto const future = create_future<>();
        auto const wait = [&]() -> coro<> {
            try {
                co_await future;
            } catch (rota::cancelled_error const&) {
                EXPECT_EQ(rota::current_task().cancelling(), 0U);
                ++cancelled;
            }
            co_await rota::sleep(1s);
        };
        auto const first = rota::create_task(wait());
        auto const second = rota::create_task(wait());
        co_await rota::yield();
        EXPECT_TRUE(future.cancel());
        EXPECT_TRUE(future.cancelled());
        EXPECT_THROW(future.result(), rota::cancelled_error);
        EXPECT_THROW((void)future.exception(), rota::cancelled_error);
        co_await first;
        co_await second;
        EXPECT_EQ(cancelled, 2);
    });
}

TEST_F(Future, CancellingWhoAwaitsItCancelsIt) {
    run_simulated([]() -> coro<> {
        auto const future = create_future<>();
        auto const wait = [&]() -> coro<> { co_await future; };
        auto const first = rota::create_task(wait());
        auto const second = rota::create_task(wait());
        co_await rota::yield();
        first.cancel();
        EXPECT_TRUE(future.cancelled());
        EXPECT_THROW(co_await first, rota::cancelled_error);
        EXPECT_THROW(co_await second, rota::cancelled_error);
        EXPECT_EQ(second.cancelling(), 0U);
    });
}

TEST_F(Future, CallbacksComeByTheLoopInOrderAlsoWhenAddedLate) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const future = create_future<int>();
        future.add_done_callback(
            [&](rota::future<int> const& f) { log.push_back("first " + std::to_string(f.result())); });
        future.add_done_callback([&](rota::future<int> const&) { log.push_back("second"); });
        future.set_result(7);
        log.push_back("set");
        co_await rota::yield();
        future.add_done_callback(
            [&](rota::future<int> const& f) { log.push_back("late " + std::to_string(f == future)); });
        log.push_back("added");
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"set", "first 7", "second", "added", "late 1"}));
    });
}

TEST_F(Future, CallbacksComeForErrorsAndCancelsToo) {
    run_simulated([]() -> coro<> {
        int calls = 0;
        auto const failed = create_future<>();
        auto const cancelled = create_future<>();
        failed.add_done_callback([&](auto const& f) {
            EXPECT_NE(f.exception(), nullptr);
            ++calls;
        });
        cancelled.add_done_callback([&](auto const& f) {
            EXPECT_TRUE(f.cancelled());
            ++calls;
        });
        failed.set_exception(std::runtime_error("f"));
        cancelled.cancel();
        co_await rota::yield();
        EXPECT_EQ(calls, 2);
    });
}

TEST_F(Future, DroppedWhilePendingTakesItsCallbacksWithIt) {
    run_simulated([]() -> coro<> {
        auto const held = std::make_shared<int>(1);
        {
            auto const future = create_future<>();
            future.add_done_callback([held](auto const&) { ADD_FAILURE() << "called"; });
            EXPECT_EQ(held.use_count(), 2);
        }
        EXPECT_EQ(held.use_count(), 1);
        co_await rota::yield();
    });
}

TEST_F(Future, IsKeptByItsCallbacksUntilTheyHaveRun) {
    run_simulated([]() -> coro<> {
        std::string got;
        {
            auto const future = create_future<std::string>();
            future.add_done_callback([&](auto const& f) { got = f.result(); });
            future.set_result(std::string(60, 'k'));
        }
        co_await rota::yield();
        EXPECT_EQ(got, std::string(60, 'k'));
    });
}

TEST_F(Future, IsKeptByWhoAwaitsIt) {
    run_simulated([]() -> coro<> {
        auto future = create_future<int>();
        auto const set_and_drop = [&]() -> coro<> {
            future.set_result(6);
            future = {};
            co_return;
        };
        rota::create_task(set_and_drop());
        EXPECT_EQ(co_await future, 6);
        EXPECT_FALSE(future);
    });
}

TEST_F(Future, AnErrorThatNobodyAskedForIsToldOnce) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        { create_future<>().set_exception(std::runtime_error("unseen")); }
        EXPECT_EQ(reports.told, core_kit::strings());
        co_await rota::yield();
        EXPECT_EQ(reports.told, (core_kit::strings{"a future was given an error that nobody asked for | unseen"}));
    });
}

TEST_F(Future, AnErrorThatNobodyAskedForIsToldAlsoAtTheEndOfTheRun) {
    core_kit::log told;
    run_simulated([&]() -> coro<> {
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& context) { told.push_back(context.message); });
        auto const future = create_future<>();
        future.set_exception(std::runtime_error("unseen"));
        co_return;
    });
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(Future, OutsideALoopNoneCanBeMade) { EXPECT_THROW((void)create_future<>(), rota::usage_error); }

TEST_F(Future, AnEmptyOneRefusesEverything) {
    rota::future<int> const empty;
    EXPECT_FALSE(empty);
    EXPECT_THROW((void)empty.done(), rota::usage_error);
    EXPECT_THROW(empty.set_result(1), rota::usage_error);
    run_simulated([&]() -> coro<> { EXPECT_THROW((void)co_await empty, rota::usage_error); });
}

TEST_F(Future, OfAnotherLoopIsRefused) {
    rota::runner first{rota::runner_options(rota::engine_kind::simulated)};
    rota::future<int> foreign;
    first.run([&]() -> coro<> {
        foreign = create_future<int>();
        co_return;
    });
    run_simulated([&]() -> coro<> {
        EXPECT_THROW((void)co_await foreign, rota::usage_error);
        EXPECT_THROW(foreign.add_done_callback([](auto const&) {}), rota::usage_error);
        EXPECT_THROW((void)foreign.get_loop(), rota::usage_error);
        EXPECT_EQ(&create_future<>().get_loop(), &rota::running_loop());
    });
}

TEST_F(Future, MayOutliveItsLoopAlsoWithCallbacks) {
    rota::future<std::string> done, pending;
    auto const held = std::make_shared<int>(1);
    run_simulated([&]() -> coro<> {
        done = create_future<std::string>();
        done.set_result(std::string(60, 'd'));
        pending = create_future<std::string>();
        pending.add_done_callback([held](auto const&) { ADD_FAILURE() << "called"; });
        co_return;
    });
    EXPECT_EQ(done.result().size(), 60U);
    EXPECT_EQ(held.use_count(), 1);
    pending.set_result("late");
    EXPECT_EQ(pending.result(), "late");
}

TEST_F(Future, AnErrorSetAfterTheLoopHasGoneIsToldOnStandardError) {
    rota::future<> future;
    run_simulated([&]() -> coro<> {
        future = create_future<>();
        co_return;
    });
    testing::internal::CaptureStderr();
    future.set_exception(std::runtime_error("too late"));
    future = {};
    EXPECT_NE(testing::internal::GetCapturedStderr().find("too late"), std::string::npos);
}

TEST_F(Future, WithoutMemoryItOrItsCallbackIsRefused) {
    run_simulated([]() -> coro<> {
        rota::detail::frame_pool::fail_allocation(1);
        EXPECT_THROW((void)create_future<int>(), std::bad_alloc);
        auto const future = create_future<int>();
        rota::detail::frame_pool::fail_allocation(1);
        EXPECT_THROW(future.add_done_callback([](auto const&) {}), std::bad_alloc);
        future.set_result(1);
        co_await rota::yield();
    });
}

TEST_F(Future, AResultWhoseCopyThrowsLeavesItPending) {
    struct fragile {
        fragile() = default;
        fragile(fragile const&) { throw std::length_error("copy"); }
    };
    run_simulated([]() -> coro<> {
        auto const future = create_future<fragile>();
        fragile const original;
        EXPECT_THROW(future.set_result(original), std::length_error);
        EXPECT_FALSE(future.done());
        future.cancel();
        co_return;
    });
}

}  // namespace
