#include "core/debug_kit.hpp"

#include <rota/combine/gather.hpp>
#include <rota/combine/select.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace core_kit;
using rota::coro;

class debug_never_awaited : public debug_kit::test {};

coro<> fails() {
    throw std::runtime_error("it failed");
    co_return;
}

coro<int> forgotten(int n) { co_return n; }
constexpr int of_forgotten = __LINE__ - 1;

std::string place(int line) { return "debug_never_awaited_test.cpp:" + std::to_string(line); }

TEST_F(debug_never_awaited, a_coroutine_is_reported_by_way_of_the_loop_with_its_name_its_line_and_its_maker) {
    run_simulated([]() -> coro<> {
        reports const heard;
        constexpr int made_behind = __LINE__ + 1;
        co_await rota::yield();
        { auto const c = forgotten(1); }
        EXPECT_EQ(heard.told, strings());
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told)
            debug_kit::expect_told(told,
                                   {"debug: a coroutine was never awaited: ", "forgotten(int)", place(of_forgotten),
                                    "made by Task-1", place(made_behind), "addr2line -Cfipe ", "rota_test_core 0x"});
    });
}

TEST_F(debug_never_awaited, one_that_another_is_assigned_to_is_reported) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto c = forgotten(1);
        c = forgotten(2);
        EXPECT_EQ(co_await std::move(c), 2);
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
    });
}

TEST_F(debug_never_awaited, outside_a_loop_standard_error_is_told) {
    testing::internal::CaptureStderr();
    { auto const c = forgotten(1); }
    auto const told = testing::internal::GetCapturedStderr();
    debug_kit::expect_told(told,
                           {"rota debug: a coroutine was never awaited: ", "forgotten(int)", place(of_forgotten)});
}

TEST_F(debug_never_awaited, coroutines_that_are_awaited_or_tasks_or_moved_from_are_not_reported) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto first = forgotten(1);
        auto second = std::move(first);
        co_await std::move(second);
        co_await forgotten(1);
        auto third = forgotten(3);
        co_await rota::create_task(std::move(third));
        auto cancelled_before_it_began = rota::create_task(forgotten(4));
        cancelled_before_it_began.cancel();
        co_await rota::sleep(1s);
        EXPECT_EQ(heard.told, strings());
    });
}

coro<> holds(coro<int> inner) { co_await std::move(inner); }

TEST_F(debug_never_awaited, what_a_gather_or_select_has_taken_over_and_does_not_begin_is_not_reported) {
    run_simulated([]() -> coro<> {
        reports const heard;
        auto const done = rota::create_task(forgotten(1));
        co_await done;
        co_await rota::select(done, forgotten(2), holds(forgotten(3)), rota::gather(forgotten(4)));

        auto const broken = rota::create_task(fails());
        EXPECT_THROW(co_await broken, std::runtime_error);
        EXPECT_THROW(co_await rota::gather(broken, forgotten(5)), std::runtime_error);

        auto const me = rota::current_task();
        me.cancel();
        EXPECT_THROW(co_await rota::gather(forgotten(6), forgotten(7)), rota::cancelled_error);
        me.uncancel();
        me.cancel();
        EXPECT_THROW(co_await rota::select(forgotten(8), forgotten(9)), rota::cancelled_error);
        me.uncancel();
        me.cancel();
        std::vector<coro<int>> some;
        some.push_back(forgotten(10));
        EXPECT_THROW(co_await rota::gather(std::move(some)), rota::cancelled_error);
        me.uncancel();
        co_await rota::sleep(1s);
        EXPECT_EQ(heard.told, strings());

        { auto const left = rota::gather(forgotten(11)); }
        co_await rota::sleep(1s);
        EXPECT_EQ(heard.told.size(), 1U);
    });
}

TEST(debug_mode_off, a_coroutine_that_is_never_awaited_is_let_go_silently) {
    if (rota::debug_mode()) GTEST_SKIP() << "the environment has turned debug mode on";
    testing::internal::CaptureStderr();
    { auto const c = forgotten(1); }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

coro<> leaves_a_task() {
    rota::create_task(fails());
    co_await rota::yield();
}

TEST_F(debug_never_awaited, an_error_that_nobody_awaits_is_told_with_where_its_task_was_made) {
    run_simulated([]() -> coro<> {
        reports const heard;
        constexpr int called_at = __LINE__ + 1;
        co_await leaves_a_task();
        co_await rota::yield();
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told)
            debug_kit::expect_told(told, {"Task-2 ended with an error that nobody awaited", "made by Task-1",
                                          place(called_at), "| it failed"});
    });
}

coro<> makes_another_in_vain() {
    auto const task = rota::create_task(fails());
    EXPECT_THROW(co_await task, std::runtime_error);
}

TEST_F(debug_never_awaited, so_is_one_that_started_eagerly_and_not_with_what_was_at_its_place_before) {
    run_simulated([]() -> coro<> {
        reports const heard;
        co_await rota::create_task(rota::named("the first"), makes_another_in_vain());
        constexpr int made_behind = __LINE__ + 1;
        co_await rota::yield();
        rota::create_task(rota::eager_start, fails());
        co_await rota::yield();
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told) {
            debug_kit::expect_told(told, {"made by Task-1", place(made_behind), "| it failed"});
            EXPECT_EQ(told.find("the first"), std::string::npos) << told;
        }
    });
}

}  // namespace
