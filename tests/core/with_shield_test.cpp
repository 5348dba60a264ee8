#include <rota/core/with_shield.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class WithShield : public core_kit::test {
protected:
    core_kit::log log;
};

// Cancels `body` in its first await, `times` times, and waits for its end.
template <class Body>
coro<> cancel_in_first_await(Body& body, int times = 1) {
    auto const task = rota::create_task(body());
    co_await rota::yield();
    for (int i = 0; i < times; ++i) task.cancel();
    try {
        co_await task;
    } catch (rota::cancelled_error const&) {}
}

TEST_F(WithShield, HoldsACancelBackUntilTheBodyIsDone) {
    auto const body = [&]() -> coro<> {
        co_await rota::with_shield(rota::sleep(1s));
        log.push_back("slept");
        EXPECT_EQ(rota::current_task().cancelling(), 1U);
        co_await rota::yield();
        log.push_back("never");
    };
    run_simulated([&]() -> coro<> {
        auto const before = rota::clock::now();
        co_await cancel_in_first_await(body);
        EXPECT_EQ(rota::clock::now() - before, 1s);
    });
    EXPECT_EQ(log, (core_kit::log{"slept"}));
}

TEST_F(WithShield, GivesWhatTheBodyGivesBeforeTheHeldCancelComes) {
    auto const inner = []() -> coro<std::unique_ptr<int>> {
        co_await rota::sleep(1s);
        co_return std::make_unique<int>(3);
    };
    auto const body = [&]() -> coro<> {
        auto const value = co_await rota::with_shield(inner());
        log.push_back(std::to_string(*value));
        co_await rota::sleep(1s);
    };
    run_simulated([&]() -> coro<> { co_await cancel_in_first_await(body); });
    EXPECT_EQ(log, (core_kit::log{"3"}));
}

TEST_F(WithShield, WhatWasAskedInsideIsSeenInside) {
    auto const inner = [&]() -> coro<> {
        auto const me = rota::current_task();
        me.cancel();
        EXPECT_EQ(me.cancelling(), 1U);
        try {
            co_await rota::sleep(1s);
        } catch (rota::cancelled_error const&) {
            log.push_back("inside");
        }
        EXPECT_EQ(me.uncancel(), 0U);
        co_await rota::sleep(1s);
    };
    auto const body = [&]() -> coro<> {
        co_await rota::with_shield(inner());
        co_await rota::sleep(1s);
        log.push_back("goes on");
    };
    run_simulated([&]() -> coro<> { co_await rota::create_task(body()); });
    EXPECT_EQ(log, (core_kit::log{"inside", "goes on"}));
}

TEST_F(WithShield, ARequestMadeInsideAndNotAcknowledgedGoesOnOutside) {
    auto const inner = []() -> coro<> {
        rota::current_task().cancel();
        co_return;
    };
    auto const body = [&]() -> coro<> {
        co_await rota::with_shield(inner());
        EXPECT_EQ(rota::current_task().cancelling(), 1U);
        co_await rota::sleep(1s);
    };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
}

TEST_F(WithShield, HidesWhatWasAskedBeforeIt) {
    auto const inner = [&]() -> coro<> {
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        EXPECT_EQ(rota::current_task().uncancel(), 0U);
        co_await rota::sleep(1s);
        log.push_back("undisturbed");
    };
    auto const body = [&]() -> coro<> {
        rota::current_task().cancel();
        co_await rota::with_shield(inner());
        EXPECT_EQ(rota::current_task().cancelling(), 1U);
        co_await rota::sleep(1s);
    };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
    EXPECT_EQ(log, (core_kit::log{"undisturbed"}));
}

TEST_F(WithShield, NestedOnesHoldUntilTheOutermostIsLeft) {
    auto const innermost = [&]() -> coro<> {
        co_await rota::sleep(1s);
        log.push_back("innermost");
    };
    auto const middle = [&]() -> coro<> {
        co_await rota::with_shield(innermost());
        co_await rota::sleep(1s);
        log.push_back("middle");
    };
    auto const body = [&]() -> coro<> {
        co_await rota::with_shield(middle());
        EXPECT_EQ(rota::current_task().cancelling(), 2U);
        co_await rota::sleep(1s);
        log.push_back("never");
    };
    run_simulated([&]() -> coro<> { co_await cancel_in_first_await(body, 2); });
    EXPECT_EQ(log, (core_kit::log{"innermost", "middle"}));
}

TEST_F(WithShield, ARequestOfAScopeOutsideTheInnerShieldIsHeldByItAlone) {
    auto const inner = [&]() -> coro<> {
        // As a scope that was entered at level 1 does when its time is up.
        rota::current_task().state().request_cancel(1);
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1s);
        log.push_back("inner");
    };
    auto const outer = [&]() -> coro<> {
        EXPECT_EQ(rota::current_task().state().shield_level, 1);
        co_await rota::with_shield(inner());
        EXPECT_EQ(rota::current_task().cancelling(), 1U);
        try {
            co_await rota::sleep(1s);
        } catch (rota::cancelled_error const&) {
            log.push_back("outer");
        }
        rota::current_task().uncancel();
    };
    auto const body = [&]() -> coro<> {
        co_await rota::with_shield(outer());
        EXPECT_EQ(rota::current_task().state().shield_level, 0);
        co_await rota::sleep(1s);
        log.push_back("body");
    };
    run_simulated([&]() -> coro<> { co_await rota::create_task(body()); });
    EXPECT_EQ(log, (core_kit::log{"inner", "outer", "body"}));
}

TEST_F(WithShield, RaisesBeforeItGoOnToCountBehindIt) {
    auto const quick = []() -> coro<> { co_await rota::yield(); };
    auto const body = [&]() -> coro<> {
        rota::current_task().cancel();
        try {
            co_await rota::sleep(1s);
        } catch (rota::cancelled_error const&) {}
        EXPECT_EQ(rota::current_task().state().raises, 1);
        co_await rota::with_shield(quick());
        EXPECT_EQ(rota::current_task().state().raises, 1);
    };
    run_simulated([&]() -> coro<> { co_await rota::create_task(body()); });
}

TEST_F(WithShield, AnErrorOfTheBodyLeavesTheShield) {
    auto const fail = []() -> coro<> {
        co_await rota::sleep(1s);
        throw std::runtime_error("inside");
    };
    auto const fail_at_once = []() -> coro<> {
        throw std::runtime_error("at once");
        co_return;
    };
    auto const not_even_a_coroutine = []() -> coro<> { throw std::logic_error("called"); };
    run_simulated([&]() -> coro<> {
        auto const me = rota::current_task();
        EXPECT_THROW(co_await rota::with_shield(fail()), std::runtime_error);
        EXPECT_THROW(co_await rota::with_shield(fail_at_once()), std::runtime_error);
        EXPECT_THROW(co_await rota::with_shield(not_even_a_coroutine), std::logic_error);
        auto c = fail();
        auto const other = std::move(c);
        EXPECT_EQ(me.state().shield_level, 0);
        EXPECT_EQ(me.state().shields, nullptr);
    });
}

TEST_F(WithShield, TakesAFunctionAndKeepsItsCopiesUntilItIsDone) {
    auto const length = [](std::string text) -> coro<std::size_t> {
        co_await rota::sleep(1s);
        co_return text.size();
    };
    auto const by_reference = [](std::string const& text) -> coro<std::size_t> {
        co_await rota::sleep(1s);
        co_return text.size();
    };
    run_simulated([&]() -> coro<> {
        EXPECT_EQ(co_await rota::with_shield(length, std::string(70, 'x')), 70U);
        EXPECT_EQ(co_await rota::with_shield(by_reference, std::string(80, 'x')), 80U);
    });
}

TEST_F(WithShield, ANestOf255IsTheMostAndOneMoreAUsageError) {
    int deepest = 0;
    bool refused = false;
    auto const nest = [&](auto const& self, int depth) -> coro<> {
        deepest = depth;
        co_await rota::with_shield(self(self, depth + 1));
    };
    run_simulated([&]() -> coro<> {
        try {
            co_await nest(nest, 0);
        } catch (rota::usage_error const&) {
            refused = true;
        }
        EXPECT_EQ(rota::current_task().state().shield_level, 0);
        co_await rota::sleep(1s);
    });
    EXPECT_TRUE(refused);
    EXPECT_EQ(deepest, 255);
}

TEST_F(WithShield, OfATaskThatIsCancelledWhileItRunsGoesOnAndThenRaises) {
    auto const body = [&]() -> coro<> {
        auto const inner = [&]() -> coro<> {
            for (int i = 0; i < 3; ++i) {
                co_await rota::yield();
                log.push_back("step");
            }
        };
        co_await rota::with_shield(inner());
        co_await rota::yield();
        log.push_back("never");
    };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(body());
        for (int i = 0; i < 2; ++i) co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
    EXPECT_EQ(log, (core_kit::log{"step", "step", "step"}));
}

}  // namespace
