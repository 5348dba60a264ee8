#include <rota/combine/task_group.hpp>

#include "combine/combine_kit.hpp"

#include <optional>

namespace {

using namespace combine_tests;

TEST(task_group, ends_when_all_its_tasks_have_ended) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(note_after(of, "late", 20ms));
            group.create_task(note_after, std::ref(of), "early", 10ms);
            of.push_back("body ends");
            co_return;
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("body ends", "early", "late"));
    });
}

TEST(task_group, gives_what_the_body_gives) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group& group, int value) -> rota::coro<int> {
            auto t = group.create_task(value_after(value, 5ms));
            co_return co_await t + 1;
        };
        EXPECT_EQ(co_await rota::with_task_group(body, 41), 42);
        auto const plain = []() -> rota::coro<std::string> { co_return "no group wanted"; };
        EXPECT_EQ(co_await rota::with_task_group(plain), "no group wanted");
        int there = 0;
        auto const reference = [&](rota::task_group&) -> rota::coro<int&> { co_return there; };
        EXPECT_EQ(&co_await rota::with_task_group(reference), &there);
    });
}

TEST(task_group, task_may_add_tasks_also_after_the_body) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            auto const grower = [](rota::task_group& to, log& notes) -> rota::coro<> {
                co_await rota::sleep(1ms);
                to.create_task(note_after(notes, "grown", 1ms));
            };
            group.create_task(grower, std::ref(group), std::ref(of));
            co_return;
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("grown"));
    });
}

TEST(task_group, names_tasks_and_takes_any_awaitable) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group& group) -> rota::coro<> {
            auto reader = group.create_task(rota::named("reader"), value_after(1, 1ms));
            EXPECT_EQ(reader.name(), "reader");
            auto nap = group.create_task(rota::sleep(1ms));
            co_await nap;
            EXPECT_EQ(co_await reader, 1);
        };
        co_await rota::with_task_group(body);
    });
}

TEST(task_group, failure_cancels_siblings_and_body_once_and_all_errors_come_together) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(sleeper(of, "s1"));
            group.create_task(fail_after("boom", 5ms));
            group.create_task(fail_when_stopped("while stopping"));
            auto s2 = group.create_task(sleeper(of, "s2"));
            rota::running_loop().call_later(5ms, [] {});
            try {
                co_await rota::sleep(10s);
            } catch (rota::cancelled_error const&) {
                EXPECT_EQ(rota::current_task().cancelling(), 1U);
                EXPECT_LE(s2.cancelling(), 1U);
                of.push_back("body cancelled");
                throw;
            }
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("boom", "while stopping"));
        EXPECT_EQ(of, notes("s1 cancelled", "s2 cancelled", "body cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(task_group, failure_after_the_body_is_over_cancels_the_rest) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<int> {
            group.create_task(sleeper(of, "sibling"));
            group.create_task(fail_after("boom", 5ms));
            co_return 1;
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("boom"));
        EXPECT_EQ(of, notes("sibling cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(task_group, body_that_fails_cancels_its_tasks_and_its_error_is_in_the_group) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(sleeper(of, "child"));
            group.create_task(fail_when_stopped("child's"));
            co_await rota::yield();
            fail("body's");
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("child's", "body's"));
        EXPECT_EQ(of, notes("child cancelled"));
    });
}

TEST(task_group, function_that_throws_before_it_is_a_coroutine_counts_as_the_body) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group&) -> rota::coro<> { throw std::runtime_error("no coroutine"); };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("no coroutine"));
    });
}

TEST(task_group, child_that_was_cancelled_is_no_failure) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            auto t = group.create_task(sleeper(of, "child"));
            group.create_task(note_after(of, "sibling", 5ms));
            co_await rota::yield();
            t.cancel();
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("child cancelled", "sibling"));
    });
}

TEST(task_group, cancelled_owner_cancels_and_awaits_all_and_stays_cancelled) {
    run([]() -> rota::coro<> {
        log of;
        auto const owner = [&]() -> rota::coro<> {
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                group.create_task(sleeper(of, "a"));
                group.create_task(slow_to_stop(of, "b", 20ms));
                co_return;
            };
            co_await rota::with_task_group(body);
        };
        auto const begin = now();
        auto t = rota::create_task(owner);
        co_await rota::sleep(1ms);
        t.cancel();
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(now() - begin, 21ms) << "it waits, however often it is cancelled";
        EXPECT_EQ(of, notes("a cancelled"));
    });
}

TEST(task_group, cancelled_in_its_body_is_the_same) {
    run([]() -> rota::coro<> {
        log of;
        auto const owner = [&]() -> rota::coro<> {
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                group.create_task(sleeper(of, "a"));
                co_await rota::sleep(10s);
            };
            co_await rota::with_task_group(body);
        };
        auto t = rota::create_task(owner);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, notes("a cancelled"));
    });
}

TEST(task_group, second_cancel_of_the_owner_does_not_reach_the_tasks_again) {
    run([]() -> rota::coro<> {
        std::uint32_t requests = 0;
        auto const owner = [&]() -> rota::coro<> {
            auto const child = [&]() -> rota::coro<> {
                try {
                    co_await rota::sleep(10s);
                } catch (rota::cancelled_error const&) {}
                co_await rota::with_shield(rota::sleep(10ms));
                requests = rota::current_task().cancelling();
            };
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                group.create_task(child());
                co_return;
            };
            co_await rota::with_task_group(body);
        };
        auto t = rota::create_task(owner);
        co_await rota::sleep(1ms);
        t.cancel();
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(requests, 1U);
    });
}

TEST(task_group, errors_come_before_the_cancel_which_the_next_await_raises) {
    run([]() -> rota::coro<> {
        log of;
        auto const owner = [&]() -> rota::coro<> {
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                group.create_task(fail_when_stopped("while stopping"));
                co_await rota::sleep(10s);
            };
            of = co_await group_errors(rota::with_task_group(body));
            EXPECT_EQ(rota::current_task().cancelling(), 1U);
            co_await rota::sleep(1ms);
            of.push_back("not reached");
        };
        auto t = rota::create_task(owner);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, notes("while stopping"));
    });
}

TEST(task_group, time_limit_round_it_cancels_it_whole) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(sleeper(of, "child"));
            co_return;
        };
        EXPECT_THROW(co_await rota::with_timeout(10ms, rota::with_task_group(body)), rota::timeout_error);
        EXPECT_EQ(of, notes("child cancelled"));
        auto const failing = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(fail_when_stopped("while stopping"));
            co_return;
        };
        EXPECT_EQ(co_await group_errors(rota::with_timeout(10ms, rota::with_task_group(failing))),
                  notes("while stopping"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U) << "no left-over cancel";
        co_await rota::sleep(1ms);
    });
}

TEST(task_group, cancel_ends_it_without_raising) {
    run([]() -> rota::coro<> {
        log of;
        auto const from_the_body = [&](rota::task_group& group) -> rota::coro<int> {
            group.create_task(sleeper(of, "a"));
            co_await rota::yield();
            group.cancel();
            group.cancel();
            co_return 1;
        };
        EXPECT_EQ(co_await rota::with_task_group(from_the_body), 1);
        auto const from_a_task = [&](rota::task_group& group) -> rota::coro<> {
            auto const stopper = [](rota::task_group& of_group) -> rota::coro<> {
                co_await rota::sleep(1ms);
                of_group.cancel();
            };
            group.create_task(sleeper(of, "b"));
            group.create_task(stopper, std::ref(group));
            co_await rota::sleep(10s);
            of.push_back("not reached");
        };
        co_await rota::with_task_group(from_a_task);
        auto const when_the_body_is_over = [&](rota::task_group& group) -> rota::coro<> {
            auto const stopper = [](rota::task_group& of_group) -> rota::coro<> {
                co_await rota::sleep(1ms);
                of_group.cancel();
            };
            group.create_task(sleeper(of, "c"));
            group.create_task(stopper, std::ref(group));
            co_return;
        };
        co_await rota::with_task_group(when_the_body_is_over);
        EXPECT_EQ(of, notes("a cancelled", "b cancelled", "c cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(task_group, cancelled_before_its_body_gave_its_value_has_none_to_give) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group& group) -> rota::coro<int> {
            group.cancel();
            co_await rota::sleep(1s);
            co_return 1;
        };
        EXPECT_THROW(co_await rota::with_task_group(body), rota::invalid_state_error);
    });
}

TEST(task_group, cancel_does_not_hide_errors_nor_an_outside_cancel) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group& group) -> rota::coro<> {
            group.create_task(fail_when_stopped("while stopping"));
            co_await rota::yield();
            group.cancel();
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("while stopping"));
        auto const owner = []() -> rota::coro<> {
            auto const slow = [](rota::task_group& group) -> rota::coro<> {
                static log ignored;
                group.create_task(slow_to_stop(ignored, "slow", 20ms));
                co_await rota::yield();
                group.cancel();
            };
            co_await rota::with_task_group(slow);
        };
        auto t = rota::create_task(owner);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
    });
}

TEST(task_group, task_made_while_it_is_being_cancelled_is_born_cancelled) {
    run([]() -> rota::coro<> {
        bool ran = false;
        std::optional<rota::task<>> late;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.cancel();
            late = group.create_task([&]() -> rota::coro<> {
                ran = true;
                co_return;
            });
            co_return;
        };
        co_await rota::with_task_group(body);
        EXPECT_FALSE(ran);
        EXPECT_TRUE(late->cancelled());
    });
}

TEST(task_group, task_made_after_its_end_is_misuse) {
    run([]() -> rota::coro<> {
        rota::task_group* kept = nullptr;
        auto const owner = [&]() -> rota::coro<> {
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                kept = &group;
                group.create_task(value_after(1, 1ms));
                co_return;
            };
            co_await rota::with_task_group(body);
        };
        bool refused = false;
        auto t = rota::create_task(owner);
        auto const late = [&]() -> rota::coro<> {
            co_await rota::sleep(1ms);
            // The last task has just ended; the owner is still to have its turn.
            try {
                kept->create_task(value_after(1, 1ms));
            } catch (rota::usage_error const&) {
                refused = true;
            }
        };
        co_await rota::yield();
        co_await rota::yield();
        co_await rota::create_task(late);
        co_await t;
        EXPECT_TRUE(refused);
    });
}

TEST(task_group, nested_group_in_an_aborted_one_ends_first) {
    run([]() -> rota::coro<> {
        log of;
        auto const inner = [](log& to) -> rota::coro<> {
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                group.create_task(sleeper(to, "deep"));
                co_return;
            };
            co_await rota::with_cleanup(rota::with_task_group(body), [&]() -> rota::coro<> {
                to.push_back("inner ended");
                co_return;
            });
        };
        auto const outer = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(inner, std::ref(of));
            group.create_task(fail_after("boom", 1ms));
            co_return;
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(outer)), notes("boom"));
        EXPECT_EQ(of, notes("deep cancelled", "inner ended"));
    });
}

TEST(task_group, costs_its_frame_and_nothing_more_than_tasks_cost) {
    run([]() -> rota::coro<> {
        auto const noop = []() -> rota::coro<> { co_return; };
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            for (int i = 0; i < 50; ++i) group.create_task(noop());
            co_return;
        };
        auto const frames = rota::detail::frame_pool::count().taken;
        auto const blocks = rota::detail::slab_store::count().taken;
        co_await rota::with_task_group(body);
        EXPECT_LE(rota::detail::frame_pool::count().taken - frames, 52U);
        EXPECT_EQ(rota::detail::slab_store::count().taken - blocks, 50U);
    });
}

TEST(task_group, allocation_that_fails_ends_it_in_order) {
    for (int failing = 0; failing < 6; ++failing) {
        run([&]() -> rota::coro<> {
            log of;
            auto const body = [&](rota::task_group& group) -> rota::coro<> {
                for (int i = 0; i < 3; ++i) {
                    if (failing == i) rota::detail::slab_store::fail_allocation(1);
                    if (failing == i + 3) rota::detail::frame_pool::fail_allocation(1);
                    group.create_task(sleeper, std::ref(of), "child", 1ms);
                }
                co_return;
            };
            auto const got = co_await rota::as_result(rota::with_task_group(body));
            EXPECT_THROW(got.value(), rota::exception_group);
            EXPECT_EQ(rota::all_tasks().size(), 1U);
            EXPECT_TRUE(of.empty()) << "cancelled before their first turn";
        });
    }
}

rota::coro<> nested(int depth) {
    if (depth == 0) {
        co_await rota::sleep(10s);
        co_return;
    }
    auto const body = [depth](rota::task_group& group) -> rota::coro<> {
        group.create_task(nested(depth - 1));
        co_return;
    };
    co_await rota::with_task_group(body);
}

TEST(task_group, nested_without_end_is_cancelled_in_constant_stack) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(nested(20'000));
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(task_group, cancelled_in_every_turn_leaves_nothing) {
    for (int turns = 0; turns < 16; ++turns) {
        run([&]() -> rota::coro<> {
            auto const steps = [](int count) -> rota::coro<> {
                for (int i = 0; i < count; ++i) co_await rota::yield();
            };
            auto const starts = [](rota::task_ready<int>& ready) -> rota::coro<> {
                co_await rota::yield();
                ready(1);
                co_await rota::yield();
            };
            int given = 0;
            auto const owner = [&]() -> rota::coro<int> {
                auto const body = [&](rota::task_group& group) -> rota::coro<int> {
                    group.create_task(steps, 8);
                    group.create_task(steps(2));
                    given = co_await group.start(starts);
                    co_await group.join();
                    co_return given;
                };
                co_return co_await rota::with_task_group(body);
            };
            auto t = rota::create_task(owner);
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
