#include <rota/combine/shield.hpp>

#include "combine/combine_kit.hpp"

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace combine_tests;

TEST(shield, waiter_leaves_and_the_task_goes_on) {
    run([]() -> rota::coro<> {
        log of;
        auto inner = rota::create_task(value_after(7, 30ms));
        auto const waiter = [&]() -> rota::coro<> {
            try {
                co_await rota::shield(inner);
            } catch (rota::cancelled_error const&) {
                of.push_back("left");
                throw;
            }
        };
        auto t = rota::create_task(waiter);
        co_await rota::sleep(10ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_FALSE(inner.done());
        EXPECT_EQ(inner.cancelling(), 0U);
        EXPECT_EQ(co_await inner, 7);
        EXPECT_EQ(of, (log{"left"}));
    });
}

TEST(shield, waiters_that_leave_alone_or_among_others_leave_the_rest_in_their_order) {
    for (int const leaving : {0, 1, 2, 3}) {
        run(
            [](int which) -> rota::coro<> {
                log of;
                auto inner = rota::create_task(value_after(7, 30ms));
                auto const waits = [&](int number) -> rota::coro<> {
                    co_await rota::shield(inner);
                    of.push_back(std::to_string(number));
                };
                std::vector<rota::task<>> waiting;
                for (int number = 0; number < 3; ++number) {
                    waiting.push_back(rota::create_task(waits, number));
                    co_await rota::yield();
                    // While it waits alone, and is not alone any more.
                    if (number == which) waiting.back().cancel();
                    co_await rota::yield();
                }
                inner.add_done_callback([&](auto const&) { of.push_back("called"); });
                co_await rota::wait(waiting);
                co_await rota::yield();
                log expected;
                for (int number = 0; number < 3; ++number)
                    if (number != which) expected.push_back(std::to_string(number));
                expected.emplace_back("called");
                EXPECT_EQ(of, expected) << which;
            },
            leaving);
    }
}

TEST(shield, gives_what_the_task_gives) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(value_after(7, 1ms));
        int const& seen = co_await rota::shield(t);
        EXPECT_EQ(&seen, &t.result());
        auto const makes = []() -> rota::coro<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
        auto const moved = co_await rota::shield(makes());
        EXPECT_EQ(*moved, 3);
        rota::any_task untyped = rota::create_task(rota::sleep(1ms));
        co_await rota::shield(untyped);
        EXPECT_TRUE(untyped.done());
        EXPECT_THROW(co_await rota::shield(error_after("bad", 1ms)), std::runtime_error);
    });
}

TEST(shield, task_that_is_cancelled_itself_raises_in_the_waiter) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(value_after(7, 1s));
        rota::running_loop().call_later(1ms, [t] { t.cancel(); });
        EXPECT_TRUE((co_await rota::as_result(rota::shield(t))).cancelled());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(shield, coroutine_runs_on_without_its_waiter) {
    run([]() -> rota::coro<> {
        log of;
        EXPECT_THROW(co_await rota::wait_for(rota::shield(sleeper(of, "coroutine", 30ms)), 10ms), rota::timeout_error);
        EXPECT_TRUE(of.empty());
        co_await rota::sleep(30ms);
        EXPECT_EQ(of, (log{"coroutine slept"}));
    });
}

TEST(shield, coroutine_runs_even_in_a_task_that_is_cancelled_already) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&]() -> rota::coro<> {
            rota::current_task().cancel();
            co_await rota::shield(sleeper(of, "clean-up", 1ms));
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(body))).cancelled());
        co_await rota::sleep(2ms);
        EXPECT_EQ(of, (log{"clean-up slept"}));
    });
}

TEST(shield, future_is_not_cancelled_with_its_waiter) {
    run([]() -> rota::coro<> {
        auto f = rota::create_future<int>();
        EXPECT_THROW(co_await rota::wait_for(rota::shield(f), 1ms), rota::timeout_error);
        EXPECT_FALSE(f.done());
        f.set_result(1);
        co_await rota::yield();
    });
}

TEST(shield, future_outlives_the_run_it_was_awaited_in) {
    rota::runner runner{rota::runner_options(rota::engine_kind::simulated)};
    rota::future<int> f;
    runner.run([&]() -> rota::coro<> {
        f = rota::create_future<int>();
        auto const waiter = [&]() -> rota::coro<> { co_await rota::shield(f); };
        auto t = rota::create_task(waiter);
        co_await rota::yield();
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(rota::all_tasks().size(), 1U);  // no task of its own
    });
    EXPECT_FALSE(f.done());
    runner.run([&]() -> rota::coro<> {
        auto const waiter = [&]() -> rota::coro<int> { co_return co_await rota::shield(f); };
        auto t = rota::create_task(waiter);
        co_await rota::yield();
        f.set_result(3);
        EXPECT_EQ(co_await t, 3);
    });
}

TEST(shield, error_after_its_waiter_has_left_reaches_the_exception_handler) {
    run([]() -> rota::coro<> {
        log told;
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& context) { told.push_back(what_of(context.exception)); });
        EXPECT_THROW(co_await rota::wait_for(rota::shield(error_after("late", 5ms)), 1ms), rota::timeout_error);
        co_await rota::sleep(10ms);
        EXPECT_EQ(told, (log{"late"}));
        rota::running_loop().set_exception_handler({});
    });
}

TEST(shield, task_done_in_the_same_turn_is_delivered_before_the_cancel) {
    run([]() -> rota::coro<> {
        int got = 0;
        auto const inner = []() -> rota::coro<int> {
            co_await rota::yield();
            co_return 5;
        };
        auto const waiter = [&]() -> rota::coro<> {
            got = co_await rota::shield(inner());
            co_await rota::sleep(1s);
        };
        auto t = rota::create_task(waiter);
        co_await rota::yield();  // the waiter has begun
        co_await rota::yield();  // so has the task it made
        co_await rota::yield();  // which is done: the waiter's turn is to come
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(got, 5);
    });
}

}  // namespace
