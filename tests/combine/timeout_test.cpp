#include <rota/combine/timeout.hpp>

#include "combine/combine_kit.hpp"

#include <string_view>

namespace {

using namespace combine_tests;

rota::coro<std::string> text_after(rota::clock::duration delay) {
    co_await rota::sleep(delay);
    co_return "in time";
}

rota::coro<int> at_once() { co_return 7; }

TEST(timeout, gives_what_a_body_in_time_gives) {
    run([]() -> rota::coro<> {
        EXPECT_EQ(co_await rota::with_timeout(1s, text_after(10ms)), "in time");
        EXPECT_EQ(co_await rota::with_timeout(1s, at_once()), 7);
        EXPECT_EQ(co_await rota::with_timeout(std::nullopt, text_after(10ms)), "in time");
        EXPECT_EQ(co_await rota::with_timeout(std::optional<std::chrono::seconds>(), text_after(10ms)), "in time");
    });
}

TEST(timeout, throws_when_the_limit_passes_and_the_body_has_ended) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        EXPECT_THROW(co_await rota::with_timeout(10ms, sleeper(of, "body")), rota::timeout_error);
        EXPECT_EQ(of, (log{"body cancelled"}));
        EXPECT_EQ(now() - begin, 10ms);
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

std::string text_of(rota::clock::duration limit) { return rota::timeout_error(limit).what(); }

TEST(timeout, error_says_the_limit) {
    EXPECT_EQ(text_of(1500ms), "timed out after 1500 ms");
    EXPECT_EQ(text_of(2h), "timed out after 7200 s");
    EXPECT_EQ(text_of(-1ns), "timed out after -1 ns");
    EXPECT_EQ(text_of(0s), "timed out after 0 s");
    EXPECT_LT(text_of(rota::clock::duration::max()).size(), 47U);
    run([]() -> rota::coro<> {
        std::vector<std::string> told;
        auto const note = [&](auto awaited) -> rota::coro<> {
            try {
                co_await std::move(awaited);
            } catch (rota::timeout_error const& error) {
                told.emplace_back(error.what());
            }
        };
        co_await note(rota::with_timeout(10ms, text_after(1s)));
        co_await note(rota::wait_for(text_after(1s), std::optional(1us)));
        co_await note(rota::with_timeout(-1s, text_after(1s)));
        co_await note(rota::with_timeout_at(rota::running_loop().time() + 1ms, text_after(1s)));
        auto const moved = [](rota::timeout_scope& scope) -> rota::coro<> {
            scope.reschedule(rota::running_loop().time() + 5ms);
            co_await rota::sleep(1s);
        };
        co_await note(rota::with_timeout(1ms, moved));
        EXPECT_EQ(told, (std::vector<std::string>{"timed out after 10 ms", "timed out after 1 us",
                                                  "timed out after 0 s", "timed out", "timed out"}));
    });
}

TEST(timeout, takes_the_body_as_a_function_with_or_without_the_scope) {
    run([]() -> rota::coro<> {
        auto const with_scope = [](rota::timeout_scope& scope, int value) -> rota::coro<int> {
            EXPECT_FALSE(scope.expired());
            co_await rota::sleep(1ms);
            co_return value;
        };
        auto const without = [](int value) -> rota::coro<int> { return value_after(value, 1ms); };
        EXPECT_EQ(co_await rota::with_timeout(1s, with_scope, 1), 1);
        EXPECT_EQ(co_await rota::with_timeout(1s, without, 2), 2);
    });
}

rota::coro<std::string> twice(std::string const& text) {
    co_await rota::yield();
    co_return text + text;
}
rota::coro<std::string> twice_limited(rota::timeout_scope&, std::string&& text) noexcept { return twice(text); }

TEST(timeout, keeps_what_its_arguments_are_converted_to) {
    run([]() -> rota::coro<> {
        // A string made for the call alone would be gone when the coroutine begins.
        EXPECT_EQ(co_await rota::with_timeout(1s, twice, "longer than a small string "),
                  "longer than a small string longer than a small string ");
        EXPECT_EQ(co_await rota::with_timeout(1s, twice_limited, "longer than a small string "),
                  "longer than a small string longer than a small string ");
        auto const lambda = [](std::string_view const& view, std::string const& text) -> rota::coro<std::size_t> {
            co_await rota::yield();
            co_return view.size() + text.size();
        };
        std::string const there = "referred to";
        EXPECT_EQ(co_await rota::with_timeout(1s, lambda, "view", std::ref(there)), 4 + there.size());
    });
}

TEST(timeout, lets_the_bodys_own_error_pass) {
    run([]() -> rota::coro<> {
        EXPECT_THROW(co_await rota::with_timeout(1s, error_after("own", 1ms)), std::runtime_error);
        co_await rota::sleep(2s);
    });
}

TEST(timeout, of_a_body_that_never_suspends_reads_no_clock) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{0s};
        EXPECT_EQ(co_await rota::with_timeout(scope, at_once()), 7);
        EXPECT_FALSE(scope.expired());
        EXPECT_FALSE(scope.when()) << "its clock never ran";
    });
}

TEST(timeout, of_zero_or_less_lets_the_body_run_to_its_first_suspension) {
    run([]() -> rota::coro<> {
        for (auto limit : {0s, -5s}) {
            bool reached = false;
            auto const body = [&]() -> rota::coro<> {
                reached = true;
                co_await rota::sleep(1s);
            };
            EXPECT_THROW(co_await rota::with_timeout(limit, body), rota::timeout_error);
            EXPECT_TRUE(reached);
        }
        EXPECT_THROW(co_await rota::with_timeout_at(now() - 1s, rota::sleep(1s)), rota::timeout_error);
    });
}

TEST(timeout, too_long_to_represent_never_comes) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{std::chrono::hours::max()};
        auto const body = [&]() -> rota::coro<> {
            co_await rota::sleep(std::chrono::hours(24 * 365 * 100));
            EXPECT_FALSE(scope.when());
        };
        co_await rota::with_timeout(scope, body);
        EXPECT_FALSE(scope.expired());
    });
}

TEST(timeout, at_a_deadline_counts_on_the_loops_clock) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        EXPECT_THROW(co_await rota::with_timeout_at(begin + 30ms, rota::sleep(1s)), rota::timeout_error);
        EXPECT_EQ(now() - begin, 30ms);
        EXPECT_EQ(co_await rota::with_timeout_at(std::nullopt, value_after(3, 1ms)), 3);
    });
}

TEST(timeout, expired_tells_afterwards) {
    run([]() -> rota::coro<> {
        rota::timeout_scope in_time{1s};
        co_await rota::with_timeout(in_time, rota::sleep(1ms));
        EXPECT_FALSE(in_time.expired());
        rota::timeout_scope late{1ms};
        EXPECT_THROW(co_await rota::with_timeout(late, rota::sleep(1s)), rota::timeout_error);
        EXPECT_TRUE(late.expired());
    });
}

TEST(timeout, body_that_answers_the_deadline_with_a_value_has_its_way) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{1ms};
        auto const stubborn = []() -> rota::coro<int> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {}
            co_return 5;
        };
        EXPECT_EQ(co_await rota::with_timeout(scope, stubborn), 5);
        EXPECT_TRUE(scope.expired());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout, body_that_answers_the_deadline_with_an_error_of_its_own_has_its_way) {
    run([]() -> rota::coro<> {
        auto const failing = []() -> rota::coro<> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {
                fail("while stopping");
            }
        };
        EXPECT_THROW(co_await rota::with_timeout(1ms, failing), std::runtime_error);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout, result_that_came_in_the_same_moment_wins) {
    run([]() -> rota::coro<> {
        // Both are due together, and the sleep was first.
        EXPECT_EQ(co_await rota::with_timeout(10ms, value_after(1, 10ms)), 1);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout, keeps_raising_in_the_body_until_it_is_left) {
    run([]() -> rota::coro<> {
        int raised = 0;
        auto const swallows = [&]() -> rota::coro<> {
            for (int i = 0; i < 3; ++i) {
                try {
                    co_await rota::sleep(1s);
                } catch (rota::cancelled_error const&) {
                    ++raised;
                }
            }
            co_await rota::sleep(1s);
        };
        EXPECT_THROW(co_await rota::with_timeout(1ms, swallows), rota::timeout_error);
        EXPECT_EQ(raised, 3);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout, outer_one_speaks_where_two_pass_together) {
    run([]() -> rota::coro<> {
        rota::timeout_scope outer{10ms};
        rota::timeout_scope inner{10ms};
        bool inner_threw_timeout = false;
        auto const body = [&]() -> rota::coro<> {
            try {
                co_await rota::with_timeout(inner, rota::sleep(1s));
            } catch (rota::timeout_error const&) {
                inner_threw_timeout = true;
            }
        };
        EXPECT_THROW(co_await rota::with_timeout(outer, body), rota::timeout_error);
        EXPECT_FALSE(inner_threw_timeout);
        EXPECT_TRUE(outer.expired());
        EXPECT_TRUE(inner.expired());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(timeout, inner_one_speaks_where_it_passes_first) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&]() -> rota::coro<int> {
            try {
                co_await rota::with_timeout(5ms, rota::sleep(1s));
            } catch (rota::timeout_error const&) {
                of.push_back("inner");
            }
            co_await rota::sleep(1ms);
            co_return 1;
        };
        EXPECT_EQ(co_await rota::with_timeout(10ms, body), 1);
        EXPECT_EQ(of, (log{"inner"}));
    });
}

TEST(timeout, cancel_from_outside_wins_and_the_scope_expires_all_the_same) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{10ms};
        auto const body = [&]() -> rota::coro<> { co_await rota::with_timeout(scope, rota::sleep(1s)); };
        auto t = rota::create_task(body);
        rota::running_loop().call_later(10ms, [t] { t.cancel(); });
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_TRUE(scope.expired());
    });
}

TEST(timeout, cancel_from_outside_stays_a_cancel) {
    run([]() -> rota::coro<> {
        log of;
        auto t = rota::create_task(
            [](log& to) -> rota::coro<> { co_await rota::with_timeout(1s, sleeper(to, "body")); }, std::ref(of));
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, (log{"body cancelled"}));
    });
}

TEST(timeout, moves_its_deadline) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        auto const out = [](rota::timeout_scope& scope) -> rota::coro<> {
            auto const when = now() + 1s;
            scope.reschedule(when);
            EXPECT_EQ(scope.when(), when);
            co_await rota::sleep(30ms);
        };
        co_await rota::with_timeout(10ms, out);
        auto const in = [](rota::timeout_scope& scope) -> rota::coro<> {
            co_await rota::sleep(1ms);
            scope.reschedule(now() + 9ms);
            co_await rota::sleep(1s);
        };
        EXPECT_THROW(co_await rota::with_timeout(10s, in), rota::timeout_error);
        EXPECT_EQ(now() - begin, 40ms);
        auto const away = [](rota::timeout_scope& scope) -> rota::coro<> {
            co_await rota::yield();
            scope.reschedule(std::nullopt);
            EXPECT_FALSE(scope.when());
            co_await rota::sleep(30ms);
        };
        co_await rota::with_timeout(10ms, away);
        auto const past = [](rota::timeout_scope& scope) -> rota::coro<> {
            co_await rota::yield();
            scope.reschedule(now() - 1s);
            co_await rota::sleep(30ms);
        };
        EXPECT_THROW(co_await rota::with_timeout(std::nullopt, past), rota::timeout_error);
    });
}

TEST(timeout, when_is_fixed_by_the_body_that_asks) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        auto const body = [&](rota::timeout_scope& scope) -> rota::coro<> {
            EXPECT_EQ(scope.when(), begin + 10ms);
            co_await rota::sleep(1s);
        };
        EXPECT_THROW(co_await rota::with_timeout(10ms, body), rota::timeout_error);
        EXPECT_EQ(now() - begin, 10ms);
    });
}

TEST(timeout, scope_is_used_once_and_moved_only_while_it_runs) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{1s};
        EXPECT_THROW(scope.reschedule(std::nullopt), rota::usage_error);
        co_await rota::with_timeout(scope, rota::sleep(1ms));
        EXPECT_THROW(scope.reschedule(std::nullopt), rota::usage_error);
        EXPECT_THROW(co_await rota::with_timeout(scope, rota::sleep(1ms)), rota::usage_error);
    });
}

TEST(timeout, costs_no_frame_and_no_task) {
    run([]() -> rota::coro<> {
        auto const frames = rota::detail::frame_pool::count().taken;
        auto const blocks = rota::detail::slab_store::count().taken;
        co_await rota::with_timeout(1s, rota::sleep(1ms));
        co_await rota::wait_for(rota::sleep(1ms), 1s);
        EXPECT_EQ(rota::detail::frame_pool::count().taken, frames);
        EXPECT_EQ(rota::detail::slab_store::count().taken, blocks);
    });
}

TEST(timeout, of_a_task_cancels_it_and_waits_for_its_end) {
    run([]() -> rota::coro<> {
        log of;
        auto t = rota::create_task(sleeper(of, "task"));
        EXPECT_THROW(co_await rota::wait_for(t, 10ms), rota::timeout_error);
        EXPECT_TRUE(t.cancelled());
        EXPECT_EQ(of, (log{"task cancelled"}));
        auto finished = rota::create_task(value_after(4, 1ms));
        EXPECT_EQ(co_await rota::wait_for(finished, 10ms), 4);
        EXPECT_EQ(co_await rota::wait_for(finished, 0s), 4) << "what is done is delivered, limit or not";
    });
}

TEST(timeout, wait_for_takes_whatever_can_be_awaited) {
    run([]() -> rota::coro<> {
        auto f = rota::create_future<int>();
        EXPECT_THROW(co_await rota::wait_for(f, 1ms), rota::timeout_error);
        EXPECT_TRUE(f.cancelled());
        EXPECT_EQ(co_await rota::wait_for(at_once(), std::nullopt), 7);
        auto const nested = co_await rota::as_result(rota::wait_for(rota::wait_for(rota::sleep(1s), 5ms), 1s));
        EXPECT_THROW(nested.value(), rota::timeout_error);
    });
}

TEST(timeout, can_be_made_a_task) {
    run([]() -> rota::coro<> {
        auto t = rota::create_task(rota::with_timeout(1ms, rota::sleep(1s)));
        EXPECT_THROW(co_await t, rota::timeout_error);
    });
}

TEST(timeout, inside_a_shield_works_as_ever) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&]() -> rota::coro<> {
            try {
                co_await rota::with_shield(rota::with_timeout(10ms, rota::sleep(1s)));
            } catch (rota::timeout_error const&) {
                of.push_back("timed out");
            }
            co_await rota::sleep(1s);
        };
        auto t = rota::create_task(body);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, (log{"timed out"}));
    });
}

TEST(timeout, round_a_shield_waits_for_it_and_then_the_value_wins) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{10ms};
        auto const begin = now();
        EXPECT_EQ(co_await rota::with_timeout(scope, rota::with_shield(value_after(3, 1s))), 3);
        EXPECT_TRUE(scope.expired());
        EXPECT_EQ(now() - begin, 1s);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout, in_a_cancelled_task_raises_at_once) {
    run([]() -> rota::coro<> {
        auto const body = []() -> rota::coro<> {
            rota::current_task().cancel();
            co_await rota::with_timeout(1s, rota::sleep(1ms));
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(body))).cancelled());
    });
}

}  // namespace
