#include <rota/core/result.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Result : public core_kit::test {};

coro<int> value_or_error(bool fails) {
    co_await rota::sleep(1ms);
    if (fails) throw std::runtime_error("it fails");
    co_return 5;
}

TEST_F(Result, HoldsTheValue) {
    run_simulated([]() -> coro<> {
        auto const r = co_await rota::as_result(value_or_error(false));
        EXPECT_TRUE(r);
        EXPECT_TRUE(r.has_value());
        EXPECT_EQ(r.value(), 5);
        EXPECT_EQ(r.error(), nullptr);
    });
}

TEST_F(Result, HoldsTheErrorInsteadOfThrowingIt) {
    run_simulated([]() -> coro<> {
        auto const r = co_await rota::as_result(value_or_error(true));
        EXPECT_FALSE(r);
        EXPECT_NE(r.error(), nullptr);
        EXPECT_FALSE(r.cancelled());
        EXPECT_THROW((void)r.value(), std::runtime_error);
    });
}

TEST_F(Result, OfACoroutineThatFailsAtOnceHoldsItsError) {
    auto const at_once = []() -> coro<> {
        throw std::logic_error("at once");
        co_return;
    };
    run_simulated([&]() -> coro<> {
        auto const r = co_await rota::as_result(at_once());
        EXPECT_THROW(r.value(), std::logic_error);
    });
}

TEST_F(Result, OfNothingHasAValueThatIsVoid) {
    run_simulated([]() -> coro<> {
        auto const r = co_await rota::as_result(rota::sleep(1ms));
        EXPECT_TRUE(r);
        EXPECT_NO_THROW(r.value());
    });
}

TEST_F(Result, OfAReferenceIsTheSameObject) {
    int variable = 0;
    auto const refer = [&]() -> coro<int&> { co_return variable; };
    run_simulated([&]() -> coro<> {
        auto r = co_await rota::as_result(refer());
        EXPECT_EQ(&r.value(), &variable);
        EXPECT_EQ(&std::move(r).value(), &variable);
    });
}

TEST_F(Result, MovesOutWhatCanOnlyBeMoved) {
    auto const make = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(9); };
    run_simulated([&]() -> coro<> {
        auto r = co_await rota::as_result(make());
        auto const taken = std::move(r).value();
        EXPECT_EQ(*taken, 9);
    });
}

TEST_F(Result, OfATaskMarksItsErrorAsSeen) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        {
            auto const failing = rota::create_task(value_or_error(true));
            auto const r = co_await rota::as_result(failing);
            EXPECT_FALSE(r);
        }
        co_await rota::sleep(1s);
        EXPECT_EQ(reports.told, core_kit::strings());
    });
}

TEST_F(Result, OfACancelledAwaitSaysSoAndTheNextAwaitRaisesAgain) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const body = [&]() -> coro<> {
            auto const r = co_await rota::as_result(rota::sleep(1h));
            log.push_back(r.cancelled() ? "cancelled" : "?");
            auto const again = co_await rota::as_result(rota::sleep(1h));
            log.push_back(again.cancelled() ? "again" : "?");
            rota::current_task().uncancel();
            auto const last = co_await rota::as_result(rota::sleep(1h));
            log.push_back(last ? "slept" : "?");
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        task.cancel();
        co_await task;
        EXPECT_EQ(log, (core_kit::log{"cancelled", "again", "slept"}));
    });
}

TEST_F(Result, OfAFutureHoldsItsError) {
    run_simulated([]() -> coro<> {
        auto const f = rota::create_future<int>();
        f.set_exception(std::runtime_error("set"));
        auto const r = co_await rota::as_result(f);
        EXPECT_THROW((void)r.value(), std::runtime_error);
    });
}

TEST_F(Result, OfMisuseHoldsTheUsageError) {
    run_simulated([]() -> coro<> {
        auto const r = co_await rota::as_result(rota::current_task());
        EXPECT_THROW(r.value(), rota::usage_error);
    });
}

TEST_F(Result, OfWhatCanNotBeAwaitedAtAllHoldsTheUsageError) {
    run_simulated([]() -> coro<> {
        auto const empty = co_await rota::as_result(rota::task<>{});
        EXPECT_THROW(empty.value(), rota::usage_error);
        auto moved_from = value_or_error(false);
        co_await std::move(moved_from);
        auto const again = co_await rota::as_result(std::move(moved_from));
        EXPECT_THROW((void)again.value(), rota::usage_error);
    });
}

}  // namespace
