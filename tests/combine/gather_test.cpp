#include <rota/combine/gather.hpp>

#include "combine/combine_kit.hpp"

#include <array>
#include <memory>
#include <span>
#include <tuple>
#include <variant>

namespace {

using namespace combine_tests;

rota::coro<std::string> text_after(std::string text, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    co_return text;
}

rota::coro<std::unique_ptr<int>> move_only(int value) {
    co_await rota::yield();
    co_return std::make_unique<int>(value);
}

TEST(gather, gives_a_tuple_in_the_order_of_its_arguments_and_runs_them_at_once) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        auto const [slow, nothing, fast] =
            std::tuple(co_await rota::gather(text_after("slow", 30ms), rota::sleep(20ms), value_after(1, 10ms)));
        static_assert(std::is_same_v<decltype(nothing), std::monostate const>);
        EXPECT_EQ(slow, "slow");
        EXPECT_EQ(fast, 1);
        EXPECT_EQ(now() - begin, 30ms);
    });
}

TEST(gather, of_nothing_gives_nothing) {
    run([]() -> rota::coro<> {
        std::tuple<> const none = co_await rota::gather();
        (void)none;
        std::vector<int> const empty = co_await rota::gather(std::vector<rota::coro<int>>());
        EXPECT_TRUE(empty.empty());
        EXPECT_TRUE((co_await rota::gather(std::vector<rota::task<>>())).empty());
        EXPECT_TRUE((co_await rota::gather(rota::return_exceptions, std::vector<rota::coro<>>())).empty());
    });
}

TEST(gather, of_a_range_gives_a_vector_in_its_order) {
    run([]() -> rota::coro<> {
        std::vector<rota::coro<int>> several;
        for (int i = 0; i < 5; ++i) several.push_back(value_after(i, std::chrono::milliseconds(5 - i)));
        EXPECT_EQ(co_await rota::gather(std::move(several)), values(0, 1, 2, 3, 4));

        std::array<rota::coro<int>, 2> two{value_after(7, 1ms), value_after(8, 1ms)};
        EXPECT_EQ(co_await rota::gather(std::span(two)), values(7, 8));

        std::vector<rota::task<int>> tasks;
        for (int i = 0; i < 3; ++i) tasks.push_back(rota::create_task(value_after(i, 1ms)));
        EXPECT_EQ(co_await rota::gather(tasks), values(0, 1, 2));
        EXPECT_EQ(co_await rota::gather(std::span(tasks)), values(0, 1, 2));

        std::vector<rota::coro<>> voids;
        voids.push_back([]() -> rota::coro<> { co_return; }());
        std::vector<std::monostate> const none = co_await rota::gather(std::move(voids));
        EXPECT_EQ(none.size(), 1U);
    });
}

TEST(gather, starts_when_it_is_awaited) {
    run([]() -> rota::coro<> {
        bool ran = false;
        auto const child = [&]() -> rota::coro<> {
            ran = true;
            co_return;
        };
        {
            auto const never = rota::gather(child(), child());
            (void)never;
            co_await rota::sleep(1ms);
        }
        EXPECT_FALSE(ran);
    });
}

TEST(gather, moves_results_out_and_refers_to_references) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const reference = [&]() -> rota::coro<int&> { co_return there; };
        auto given = co_await rota::gather(move_only(3), reference());
        EXPECT_EQ(*std::get<0>(given), 3);
        EXPECT_EQ(&std::get<1>(given).get(), &there);

        std::vector<rota::task<std::unique_ptr<int>>> tasks;
        tasks.push_back(rota::create_task(move_only(4)));
        auto moved = co_await rota::gather(std::move(tasks));
        EXPECT_EQ(*moved[0], 4);
    });
}

TEST(gather, can_not_move_a_result_that_others_hold) {
    run([]() -> rota::coro<> {
        auto held = rota::create_task(move_only(4));
        auto copy = held;
        EXPECT_THROW(co_await rota::gather(std::move(copy)), rota::invalid_state_error);
        EXPECT_EQ(*held.result(), 4);
    });
}

TEST(gather, takes_coroutines_tasks_futures_and_other_awaitables_together) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(value_after(1, 1ms));
        auto f = rota::create_future<int>();
        rota::running_loop().call_later(2ms, [f] { f.set_result(2); });
        rota::any_task untyped = t;
        auto const given =
            co_await rota::gather(t, f, value_after(3, 1ms), rota::wait_for(value_after(4, 1ms), 1s), untyped);
        EXPECT_EQ(given, std::tuple(1, 2, 3, 4, std::monostate()));

        std::vector<rota::future<int>> futures{f, f};
        EXPECT_EQ(co_await rota::gather(futures), values(2, 2));
    });
}

TEST(gather, takes_the_same_task_twice) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(value_after(1, 1ms));
        EXPECT_EQ(co_await rota::gather(t, t), std::tuple(1, 1));
        EXPECT_EQ(co_await rota::gather(t, t), std::tuple(1, 1)) << "done already";
    });
}

TEST(gather, children_inherit_the_context) {
    static rota::context_var<int> depth;
    run([]() -> rota::coro<> {
        depth.set(7);
        auto const child = []() -> rota::coro<int> {
            int const seen = depth.get();
            depth.set(8);
            co_return seen;
        };
        EXPECT_EQ(co_await rota::gather(child(), child()), std::tuple(7, 7));
        EXPECT_EQ(depth.get(), 7);
    });
}

TEST(gather, can_be_made_a_task_and_given_a_time_limit) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(rota::gather(value_after(1, 1ms), value_after(2, 1ms)));
        EXPECT_EQ(co_await t, std::tuple(1, 2));
        log of;
        EXPECT_THROW(co_await rota::wait_for(rota::gather(sleeper(of, "a"), sleeper(of, "b")), 1ms),
                     rota::timeout_error);
        EXPECT_EQ(of, notes("a cancelled", "b cancelled"));
    });
}

TEST(gather, error_cancels_and_awaits_the_other_coroutines_before_it_comes_out) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const got = co_await rota::as_result(
            rota::gather(sleeper(of, "a"), error_after("bad", 5ms), slow_to_stop(of, "b", 20ms)));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(of, notes("a cancelled"));
        EXPECT_EQ(now() - begin, 25ms);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(gather, gives_the_first_of_several_errors) {
    run([]() -> rota::coro<> {
        auto const fails_when_stopped = []() -> rota::coro<> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {
                fail("while stopping");
            }
        };
        auto const got = co_await rota::as_result(
            rota::gather(fails_when_stopped(), error_after("first", 1ms), error_after("second", 1ms)));
        EXPECT_EQ(what_of(got.error()), "first");
    });
}

TEST(gather, error_among_tasks_comes_out_at_once_and_they_run_on) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto a = rota::create_task(sleeper(of, "a", 30ms));
        auto bad = rota::create_task(error_after("bad", 5ms));
        auto const got = co_await rota::as_result(rota::gather(a, bad));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(now() - begin, 5ms);
        EXPECT_FALSE(a.done());
        co_await a;
        EXPECT_EQ(of, notes("a slept"));
        auto const again = co_await rota::as_result(rota::gather(a, bad));
        EXPECT_EQ(what_of(again.error()), "bad") << "also of one that is done";
    });
}

TEST(gather, error_cancels_what_it_owns_and_leaves_tasks_and_futures) {
    run([]() -> rota::coro<> {
        log of;
        auto t = rota::create_task(sleeper(of, "task", 30ms));
        auto f = rota::create_future<>();
        auto const got =
            co_await rota::as_result(rota::gather(t, sleeper(of, "coroutine"), f, error_after("bad", 5ms)));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(of, notes("coroutine cancelled"));
        EXPECT_FALSE(f.done());
        f.set_result();
        co_await t;
        EXPECT_EQ(of, notes("coroutine cancelled", "task slept"));
    });
}

TEST(gather, that_has_left_tells_nobody_of_a_futures_error_that_is_seen) {
    run([]() -> rota::coro<> {
        int told = 0;
        rota::running_loop().set_exception_handler([&](rota::loop&, rota::exception_context const&) { ++told; });
        auto f = rota::create_future<>();
        auto g = rota::create_future<>();
        auto const both = [&]() -> rota::coro<> { co_await rota::gather(f, g); };
        auto t = rota::create_task(both);
        co_await rota::yield();
        f.set_exception(std::make_exception_ptr(std::runtime_error("first")));
        EXPECT_TRUE((co_await rota::as_result(t)).error() != nullptr);
        g.set_exception(std::make_exception_ptr(std::runtime_error("second")));
        co_await rota::yield();
        bool caught = false;
        try {
            co_await g;
        } catch (std::runtime_error const&) {
            caught = true;
        }
        EXPECT_TRUE(caught);
        co_await rota::sleep(1ms);
        EXPECT_EQ(told, 0);
        rota::running_loop().set_exception_handler({});
    });
}

TEST(gather, child_cancelled_by_somebody_else_counts_as_an_error) {
    run([]() -> rota::coro<> {
        log of;
        auto t = rota::create_task(sleeper(of, "task"));
        rota::running_loop().call_later(1ms, [t] { t.cancel(); });
        auto const got = co_await rota::as_result(rota::gather(t, sleeper(of, "coroutine")));
        EXPECT_TRUE(got.cancelled());
        EXPECT_EQ(of, notes("task cancelled", "coroutine cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(gather, returns_errors_as_results_where_it_is_asked_to) {
    run([]() -> rota::coro<> {
        auto cancelled = rota::create_task(value_after(1, 1s));
        cancelled.cancel();
        auto const got = co_await rota::gather(rota::return_exceptions, value_after(1, 10ms), error_after("bad", 5ms),
                                               rota::sleep(1ms), cancelled);
        EXPECT_EQ(std::get<0>(got).value(), 1);
        EXPECT_EQ(what_of(std::get<1>(got).error()), "bad");
        EXPECT_TRUE(std::get<2>(got).has_value());
        EXPECT_TRUE(std::get<3>(got).cancelled());

        std::vector<rota::coro<int>> several;
        several.push_back(error_after("bad", 1ms));
        several.push_back(value_after(2, 1ms));
        auto const results = co_await rota::gather(rota::return_exceptions, std::move(several));
        EXPECT_FALSE(results[0]);
        EXPECT_EQ(results[1].value(), 2);
    });
}

TEST(gather, cancelled_cancels_every_child_and_waits_for_all) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto shared = rota::create_task(sleeper(of, "task"));
        auto const waiter = [](log& to, rota::task<> of_others) -> rota::coro<> {
            co_await rota::gather(sleeper(to, "a"), slow_to_stop(to, "b", 20ms), of_others, of_others);
        };
        auto t = rota::create_task(waiter, std::ref(of), shared);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_EQ(shared.cancelling(), 1U) << "once, though it was given twice";
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(now() - begin, 21ms);
        EXPECT_EQ(of, notes("a cancelled", "task cancelled"));
    });
}

TEST(gather, cancelled_is_cancelled_even_with_return_exceptions_and_children_that_give_values) {
    run([]() -> rota::coro<> {
        auto const stubborn = []() -> rota::coro<int> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {}
            co_return 1;
        };
        auto const waiter = [&]() -> rota::coro<> {
            co_await rota::gather(rota::return_exceptions, stubborn(), value_after(1, 1s));
        };
        auto t = rota::create_task(waiter);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
    });
}

TEST(gather, cancelled_gives_a_real_error_of_a_child_before_the_cancel) {
    run([]() -> rota::coro<> {
        auto const fails_when_stopped = []() -> rota::coro<> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {
                fail("while stopping");
            }
        };
        auto const waiter = [&]() -> rota::coro<> { co_await rota::gather(rota::sleep(1s), fails_when_stopped()); };
        auto t = rota::create_task(waiter);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_EQ(what_of((co_await rota::as_result(t)).error()), "while stopping");
    });
}

TEST(gather, cancelled_after_the_last_child_has_finished_delivers_the_results) {
    run([]() -> rota::coro<> {
        std::tuple<int> got{0};
        auto const waiter = [&]() -> rota::coro<> {
            got = co_await rota::gather(value_after(1, 1ms));
            co_await rota::sleep(1s);
        };
        auto t = rota::create_task(waiter);
        auto const canceller = [](rota::task<> of) -> rota::coro<> {
            co_await rota::sleep(1ms);
            co_await rota::yield();  // the child ends in the same turn as this, the waiter is still to have its own
            of.cancel();
        };
        // Made before the waiter makes its child, and so a turn ahead of it.
        co_await rota::create_task(canceller, t);
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(got, std::tuple(1));
    });
}

TEST(gather, in_a_cancelled_task_starts_nothing) {
    run([]() -> rota::coro<> {
        log of;
        auto const waiter = [&]() -> rota::coro<> {
            rota::current_task().cancel();
            try {
                co_await rota::gather(sleeper(of, "a"));
            } catch (rota::cancelled_error const&) {
                of.push_back("raised");
            }
            co_await rota::gather(sleeper(of, "b"));
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(waiter))).cancelled());
        EXPECT_EQ(of, notes("raised"));
    });
}

TEST(gather, refuses_itself_and_empty_tasks_and_lets_go_of_what_it_had_started) {
    run([]() -> rota::coro<> {
        log of;
        auto const refused =
            co_await rota::as_result(rota::gather(sleeper(of, "a"), rota::current_task(), sleeper(of, "b")));
        EXPECT_THROW(refused.value(), rota::usage_error);
        EXPECT_THROW(co_await rota::gather(sleeper(of, "a"), rota::task<>()), rota::usage_error);
        auto gone = value_after(1, 1ms);
        co_await std::move(gone);
        EXPECT_THROW(co_await rota::gather(sleeper(of, "a"), std::move(gone)), rota::usage_error);
        EXPECT_TRUE(of.empty()) << "cancelled before their first turn";
    });
}

TEST(gather, costs_a_frame_and_a_block_for_each_child_and_nothing_else) {
    run([]() -> rota::coro<> {
        std::vector<rota::coro<>> children;
        auto const noop = []() -> rota::coro<> { co_return; };
        auto const frames = rota::detail::frame_pool::count().taken;
        auto const blocks = rota::detail::slab_store::count().taken;
        for (int i = 0; i < 100; ++i) children.push_back(noop());
        co_await rota::gather(std::move(children));
        EXPECT_EQ(rota::detail::frame_pool::count().taken - frames, 100U);
        EXPECT_EQ(rota::detail::slab_store::count().taken - blocks, 100U);
    });
}

TEST(gather, that_can_not_be_started_whole_throws_and_leaves_nothing) {
    run([]() -> rota::coro<> {
        for (std::uint64_t n = 1; n <= 3; ++n) {
            log of;
            auto both = rota::gather(sleeper(of, "a"), sleeper(of, "b"), sleeper(of, "c"));
            rota::detail::slab_store::fail_allocation(n);
            EXPECT_THROW(co_await std::move(both), std::bad_alloc) << n;
            rota::detail::slab_store::fail_allocation(0);
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        }
        rota::detail::slab_store::fail_allocation(0);
        std::vector<rota::coro<>> several;
        log of;
        for (int i = 0; i < 4; ++i) several.push_back(sleeper(of, "child"));
        rota::detail::slab_store::fail_allocation(3);
        EXPECT_THROW(co_await rota::gather(std::move(several)), std::bad_alloc);
        rota::detail::slab_store::fail_allocation(0);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

rota::coro<> nested(int depth) {
    if (depth == 0)
        co_await rota::sleep(10s);
    else
        co_await rota::gather(nested(depth - 1));
}

TEST(gather, nested_without_end_is_cancelled_in_constant_stack) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(nested(20'000));
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(gather, cancelled_in_every_turn_leaves_nothing) {
    for (int turns = 0; turns < 12; ++turns) {
        run([&]() -> rota::coro<> {
            auto const steps = []() -> rota::coro<int> {
                for (int i = 0; i < 4; ++i) co_await rota::yield();
                co_return 1;
            };
            auto const waiter = [&]() -> rota::coro<> {
                auto inner = rota::create_task(steps());
                auto const got = co_await rota::gather(steps(), rota::gather(steps(), steps()), inner);
                EXPECT_EQ(got, std::tuple(1, std::tuple(1, 1), 1));
            };
            auto t = rota::create_task(waiter);
            for (int i = 0; i < turns; ++i) co_await rota::yield();
            bool const asked = t.cancel();
            auto const got = co_await rota::as_result(t);
            EXPECT_TRUE(got.cancelled() || got.has_value());
            EXPECT_TRUE(asked || got.has_value());
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        });
    }
}

}  // namespace
