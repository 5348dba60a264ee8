// What becomes of a task, and of its error, when its handles or its loop go.
#include <rota/core/task.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class DroppedTask : public core_kit::test {};

coro<int> later(int value) {
    co_await rota::sleep(1s);
    co_return value;
}
coro<> fail(char const* text) {
    throw std::runtime_error(text);
    co_return;
}

TEST_F(DroppedTask, AnErrorThatNobodyAwaitedIsToldOnceWhenTheLastHandleGoes) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        {
            auto const task = rota::create_task(rota::named("lost"), fail("unseen"));
            auto const copy = task;
            co_await rota::sleep(1s);
            EXPECT_EQ(reports.told, core_kit::strings());
        }
        EXPECT_EQ(reports.told, core_kit::strings());  // by way of the loop
        co_await rota::sleep(1s);
        if (reports.told.size() != 1) {
            ADD_FAILURE() << reports.told.size() << " reports";
            co_return;
        }
        EXPECT_NE(reports.told[0].find("lost"), std::string::npos);
        EXPECT_NE(reports.told[0].find("unseen"), std::string::npos);
    });
}

TEST_F(DroppedTask, AnErrorOfADetachedTaskIsToldOnce) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        auto const line = std::to_string(std::source_location::current().line() + 1);
        { auto const dropped = rota::create_task(fail("detached")); }
        co_await rota::sleep(1s);
        if (reports.told.size() != 1) {
            ADD_FAILURE() << reports.told.size() << " reports";
            co_return;
        }
        EXPECT_NE(reports.told[0].find("task_dropped_test.cpp:" + line), std::string::npos) << reports.told[0];
    });
}

TEST_F(DroppedTask, AnErrorThatWasAskedForIsNotToldAgain) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        {
            auto const awaited = rota::create_task(fail("awaited"));
            EXPECT_THROW(co_await awaited, std::runtime_error);
            auto const asked = rota::create_task(fail("asked"));
            co_await rota::sleep(1s);
            EXPECT_NE(asked.exception(), nullptr);
            auto const resulted = rota::create_task(fail("resulted"));
            co_await rota::sleep(1s);
            EXPECT_THROW(resulted.result(), std::runtime_error);
        }
        co_await rota::sleep(1s);
        EXPECT_EQ(reports.told, core_kit::strings());
    });
}

TEST_F(DroppedTask, ACancelledOneThatIsDroppedIsNotTold) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        {
            auto const task = rota::create_task(later(1));
            co_await rota::yield();
            task.cancel();
        }
        co_await rota::sleep(1s);
        EXPECT_EQ(reports.told, core_kit::strings());
    });
}

TEST_F(DroppedTask, HandlesMayOutliveTheLoop) {
    rota::task<std::string> task;
    rota::task<> cancelled, failed;
    run_simulated([&]() -> coro<> {
        auto const make = []() -> coro<std::string> { co_return std::string(60, 'r'); };
        auto const forever = []() -> coro<> { co_await rota::sleep(1000h); };
        task = rota::create_task(rota::named("survivor"), make());
        cancelled = rota::create_task(forever());
        failed = rota::create_task(fail("kept"));
        co_await rota::yield();
    });
    EXPECT_EQ(task.result().size(), 60U);
    EXPECT_EQ(task.name(), "survivor");
    EXPECT_FALSE(task.cancel());
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_THROW(failed.result(), std::runtime_error);
}

TEST_F(DroppedTask, AnErrorUnseenWhenTheLoopHasGoneIsToldOnStandardError) {
    rota::task<> failed;
    run_simulated([&]() -> coro<> {
        failed = rota::create_task(rota::named("orphan"), fail("too late"));
        co_await rota::yield();
    });
    testing::internal::CaptureStderr();
    failed = {};
    auto const told = testing::internal::GetCapturedStderr();
    EXPECT_NE(told.find("orphan"), std::string::npos);
    EXPECT_NE(told.find("too late"), std::string::npos);
}

TEST_F(DroppedTask, AHandleMayMoveToAnotherThreadWhenTheLoopHasEnded) {
    rota::task<std::string> task;
    run_simulated([&]() -> coro<> {
        auto const make = []() -> coro<std::string> { co_return std::string(60, 'r'); };
        task = rota::create_task(make());
        co_await task;
    });
    std::thread([moved = std::move(task)]() mutable {
        EXPECT_EQ(moved.result().size(), 60U);
        moved = {};
    }).join();
    // Its block is taken back when one is wanted that no list has.
    rota::detail::slab_store::release(rota::detail::slab_store::allocate(70'000), 70'000);
}

TEST_F(DroppedTask, ALoopOnAnotherThreadLeavesTasksThatThisOneMayDrop) {
    rota::task<int> task;
    std::thread([&] {
        run_simulated([&]() -> coro<> {
            task = rota::create_task(later(11));
            co_await task;
        });
    }).join();
    EXPECT_EQ(task.result(), 11);
}

}  // namespace
