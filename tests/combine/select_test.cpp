#include <rota/combine/select.hpp>

#include "combine/combine_kit.hpp"

#include <memory>
#include <optional>
#include <span>
#include <variant>

namespace {

using namespace combine_tests;

TEST(select, gives_the_first_to_finish_once_the_others_are_withdrawn) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const got = co_await rota::select(sleeper(of, "a"), value_after(7, 5ms), slow_to_stop(of, "b", 20ms));
        EXPECT_EQ(got.first, 1U);
        EXPECT_EQ(got.get<1>(), 7);
        EXPECT_FALSE(got.get<0>().has_value());
        EXPECT_FALSE(got.get<2>().has_value());
        EXPECT_EQ(of, notes("a cancelled"));
        EXPECT_EQ(now() - begin, 25ms);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(select, gives_all_that_finished_in_the_same_moment) {
    run([]() -> rota::coro<> {
        rota::queue<int> numbers;
        rota::queue<std::string> words;
        rota::event closing;
        auto const fill = [&] {
            words.put_nowait("word");
            numbers.put_nowait(1);
            closing.set();
        };
        rota::running_loop().call_later(1ms, fill);
        auto const got = co_await rota::select(numbers.get(), words.get(), closing.wait(), rota::sleep(1s));
        EXPECT_EQ(got.first, 1U) << "whose turn came first";
        EXPECT_EQ(got.get<0>(), 1);
        EXPECT_EQ(got.get<1>(), "word");
        static_assert(std::is_same_v<decltype(got.get<3>()), std::optional<std::monostate> const&>);
        EXPECT_TRUE(got.get<2>().has_value());
        EXPECT_FALSE(got.get<3>().has_value());
    });
}

TEST(select, takes_nothing_from_a_second_queue_where_the_first_has_an_item) {
    run([]() -> rota::coro<> {
        rota::queue<int> first;
        rota::queue<int> second;
        first.put_nowait(1);
        second.put_nowait(2);
        auto const got = co_await rota::select(first.get(), second.get());
        EXPECT_EQ(got.first, 0U);
        EXPECT_FALSE(got.get<1>().has_value());
        EXPECT_EQ(second.qsize(), 1U);
    });
}

TEST(select, loses_no_item_however_the_turns_fall) {
    run([]() -> rota::coro<> {
        rota::queue<int> left;
        rota::queue<int> right;
        constexpr int count = 200;
        auto const feed = [](rota::queue<int>& to, int every) -> rota::coro<> {
            for (int i = 0; i < count; ++i) {
                co_await to.put(i);
                for (int turn = 0; turn < (i * every) % 5; ++turn) co_await rota::yield();
            }
        };
        auto const feeding = rota::create_task(rota::gather(feed(left, 3), feed(right, 7)));
        int next_left = 0;
        int next_right = 0;
        while (next_left + next_right < 2 * count) {
            auto const got = co_await rota::select(left.get(), right.get());
            if (got.get<0>()) {
                EXPECT_EQ(*got.get<0>(), next_left++);
            }
            if (got.get<1>()) {
                EXPECT_EQ(*got.get<1>(), next_right++);
            }
        }
        co_await feeding;
    });
}

TEST(select, loses_no_byte_of_a_stream) {
    run([]() -> rota::coro<> {
        auto [near, far] = rota::memory_stream_pair();
        rota::event woken;
        auto const write = [](rota::stream& to, rota::event& also) -> rota::coro<> {
            for (int i = 0; i < 20; ++i) {
                if (i % 2 == 0) also.set();
                co_await to.write("ab");
                co_await rota::sleep(1ms);
            }
            co_await to.close();
        };
        auto const writing = rota::create_task(write(far, woken));
        std::string text;
        for (;;) {
            auto got = co_await rota::select(near.read(16), woken.wait());
            if (got.get<1>()) woken.clear();
            if (!got.get<0>()) continue;
            if (got.get<0>()->empty()) break;
            text += *got.get<0>();
        }
        EXPECT_EQ(text.size(), 40U);
        co_await writing;
    });
}

TEST(select, only_watches_tasks_and_futures) {
    run([]() -> rota::coro<> {
        log of;
        auto const slow = rota::create_task(sleeper(of, "task", 30ms));
        auto const promised = rota::create_future<int>();
        auto const got = co_await rota::select(slow, promised, rota::sleep(1ms));
        EXPECT_EQ(got.first, 2U);
        EXPECT_FALSE(slow.done() || slow.cancelling() > 0 || promised.done());

        rota::running_loop().call_later(1ms, [promised] { promised.set_result(4); });
        auto const then = co_await rota::select(slow, promised);
        EXPECT_EQ(then.first, 1U);
        EXPECT_EQ(then.get<1>(), 4);
        co_await slow;
        EXPECT_EQ(of, notes("task slept"));
    });
}

TEST(select, begins_nothing_where_a_task_or_future_is_done_already) {
    run([]() -> rota::coro<> {
        bool began = false;
        auto const begins = [&]() -> rota::coro<> {
            began = true;
            co_return;
        };
        auto const done = rota::create_task(value_after(3, 0ms));
        co_await done;
        auto const got = co_await rota::select(begins(), done, done);
        EXPECT_EQ(got.first, 1U);
        EXPECT_EQ(got.get<1>(), 3);
        EXPECT_EQ(got.get<2>(), 3);
        EXPECT_FALSE(began);
    });
}

TEST(select, of_what_is_done_lets_others_have_their_turn_once_in_a_while) {
    run([]() -> rota::coro<> {
        auto const promised = rota::create_future<>();
        promised.set_result();
        bool other_ran = false;
        auto const other = [&]() -> rota::coro<> {
            other_ran = true;
            co_return;
        };
        auto const t = rota::create_task(other());
        for (int i = 0; i < 1000 && !other_ran; ++i) (void)co_await rota::select(promised);
        EXPECT_TRUE(other_ran);
    });
}

TEST(select, throws_the_error_of_the_first_after_the_others_have_ended) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const got = co_await rota::as_result(
            rota::select(sleeper(of, "a"), error_after("bad", 5ms), slow_to_stop(of, "b", 20ms)));
        EXPECT_EQ(what_of(got.error()), "bad");
        EXPECT_EQ(of, notes("a cancelled"));
        EXPECT_EQ(now() - begin, 25ms);
    });
}

TEST(select, with_return_exceptions_drops_neither_value_nor_error) {
    run([]() -> rota::coro<> {
        rota::queue<int> items;
        auto const error = rota::create_future<>();
        auto const happen = [&] {
            error.set_exception(key_error("bad"));
            items.put_nowait(1);
        };
        rota::running_loop().call_later(1ms, happen);
        auto const await_error = [&]() -> rota::coro<> { co_await error; };
        auto const got = co_await rota::select(rota::return_exceptions, await_error(), items.get(), rota::sleep(1s));
        EXPECT_EQ(got.first, 0U);
        EXPECT_EQ(what_of(got.get<0>()->error()), "bad");
        EXPECT_EQ(got.get<1>()->value(), 1);
        EXPECT_FALSE(got.get<2>().has_value());

        auto const direct = co_await rota::select(rota::return_exceptions, error);
        EXPECT_EQ(what_of(direct.get<0>()->error()), "bad");
    });
}

TEST(select, tells_the_exception_handler_of_errors_of_those_it_withdrew) {
    run([]() -> rota::coro<> {
        log told;
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& of) { told.push_back(what_of(of.exception)); });
        auto const got = co_await rota::select(value_after(1, 1ms), fail_when_stopped("while stopping"));
        EXPECT_EQ(got.get<0>(), 1);
        co_await rota::sleep(1ms);
        EXPECT_EQ(told, notes("while stopping"));
    });
}

TEST(select, leaves_a_failed_task_that_was_not_the_first_to_its_handle) {
    run([]() -> rota::coro<> {
        auto const good = rota::create_task(value_after(1, 1ms));
        auto const bad = rota::create_task(error_after("bad", 1ms));
        auto const got = co_await rota::select(good, bad);
        EXPECT_EQ(got.get<0>(), 1);
        EXPECT_FALSE(got.get<1>().has_value());
        EXPECT_EQ(what_of(bad.exception()), "bad");
        EXPECT_EQ(what_of((co_await rota::as_result(rota::select(bad, good))).error()), "bad");
    });
}

TEST(select, a_child_cancelled_by_somebody_else_counts_as_an_error) {
    run([]() -> rota::coro<> {
        auto const cancels_itself = []() -> rota::coro<> {
            rota::current_task().cancel();
            co_await rota::yield();
        };
        log of;
        EXPECT_TRUE((co_await rota::as_result(rota::select(sleeper(of, "a"), cancels_itself()))).cancelled());
        EXPECT_EQ(of, notes("a cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);

        auto const promised = rota::create_future<>();
        promised.cancel();
        EXPECT_TRUE((co_await rota::as_result(rota::select(promised))).cancelled());
        EXPECT_TRUE((co_await rota::select(rota::return_exceptions, promised)).get<0>()->cancelled());
    });
}

TEST(select, gives_the_value_with_which_one_answers_its_withdrawal) {
    run([]() -> rota::coro<> {
        auto const answers = []() -> rota::coro<int> {
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {}
            co_return 5;
        };
        auto const got = co_await rota::select(answers(), rota::sleep(1ms));
        EXPECT_EQ(got.first, 1U);
        EXPECT_EQ(got.get<0>(), 5);
    });
}

TEST(select, cancelled_ends_what_it_owns_and_leaves_tasks) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const task = rota::create_task(sleeper(of, "task", 50ms));
        auto const waiter = [&]() -> rota::coro<> {
            (void)co_await rota::select(sleeper(of, "a"), task, slow_to_stop(of, "b", 20ms));
        };
        auto const t = rota::create_task(waiter());
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(now() - begin, 21ms);
        EXPECT_EQ(of, notes("a cancelled"));

        auto const watcher = [&]() -> rota::coro<> { (void)co_await rota::select(task); };
        auto const w = rota::create_task(watcher());
        co_await rota::sleep(1ms);
        w.cancel();
        EXPECT_TRUE((co_await rota::as_result(w)).cancelled());
        co_await task;
        EXPECT_EQ(of, notes("a cancelled", "task slept"));
    });
}

TEST(select, cancelled_delivers_what_had_finished_and_raises_at_the_next_await) {
    run([]() -> rota::coro<> {
        rota::queue<int> items;
        std::optional<int> got;
        auto const waiter = [&]() -> rota::coro<> {
            auto const first = co_await rota::select(rota::sleep(1s), items.get());
            got = first.get<1>();
            co_await rota::sleep(1s);
        };
        auto const t = rota::create_task(waiter());
        co_await rota::sleep(1ms);
        items.put_nowait(1);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(got, 1);
    });
}

TEST(select, in_a_cancelled_task_begins_nothing_but_gives_what_is_done) {
    run([]() -> rota::coro<> {
        log of;
        auto const done = rota::create_future<int>();
        done.set_result(1);
        auto const waiter = [&]() -> rota::coro<> {
            rota::current_task().cancel();
            EXPECT_EQ((co_await rota::select(sleeper(of, "a"), done)).get<1>(), 1);
            (void)co_await rota::select(sleeper(of, "a"));
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(waiter))).cancelled());
        EXPECT_TRUE(of.empty());
    });
}

TEST(select, can_be_given_a_time_limit) {
    run([]() -> rota::coro<> {
        log of;
        EXPECT_THROW((void)co_await rota::wait_for(rota::select(sleeper(of, "a"), sleeper(of, "b")), 1ms),
                     rota::timeout_error);
        EXPECT_EQ(of, notes("a cancelled", "b cancelled"));
    });
}

TEST(select, of_a_range_gives_a_vector_in_its_order) {
    run([]() -> rota::coro<> {
        std::vector<rota::coro<int>> several;
        for (int i = 0; i < 4; ++i) several.push_back(value_after(i, std::chrono::milliseconds(i == 2 ? 1 : 50)));
        auto const got = co_await rota::select(std::move(several));
        EXPECT_EQ(got.first, 2U);
        EXPECT_EQ(got.values.size(), 4U);
        EXPECT_EQ(got.values[2], 2);
        EXPECT_FALSE(got.values[0] || got.values[1] || got.values[3]);

        std::vector<rota::task<int>> tasks;
        for (int i = 0; i < 3; ++i)
            tasks.push_back(rota::create_task(value_after(i, std::chrono::milliseconds(3 - i))));
        EXPECT_EQ((co_await rota::select(tasks)).first, 2U);
        EXPECT_EQ((co_await rota::select(std::span(tasks))).values[2], 2);
        co_await rota::gather(tasks);

        std::vector<rota::future<int>> futures{rota::create_future<int>(), rota::create_future<int>()};
        futures[1].set_result(9);
        EXPECT_EQ((co_await rota::select(futures)).values[1], 9);
        EXPECT_EQ((co_await rota::select(rota::return_exceptions, futures)).values[1]->value(), 9);

        EXPECT_THROW((void)co_await rota::select(std::vector<rota::coro<>>()), rota::usage_error);
    });
}

TEST(select, moves_results_out_and_refers_to_references) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const unique = []() -> rota::coro<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
        auto const reference = [&]() -> rota::coro<int&> { co_return there; };
        auto moved = co_await rota::select(unique(), rota::sleep(1s));
        EXPECT_EQ(**moved.get<0>(), 3);
        auto const referred = co_await rota::select(reference(), rota::sleep(1s));
        EXPECT_EQ(&referred.get<0>()->get(), &there);
        auto last = co_await rota::select(rota::create_task(unique()));
        EXPECT_EQ(**last.get<0>(), 3);
        auto const task = rota::create_task(reference());
        auto const referred_again = co_await rota::select(rota::return_exceptions, task);
        EXPECT_EQ(&referred_again.get<0>()->value(), &there);
    });
}

TEST(select, refuses_itself_and_empty_tasks_and_lets_go_of_what_it_had_started) {
    run([]() -> rota::coro<> {
        log of;
        auto const refused = co_await rota::as_result(rota::select(sleeper(of, "a"), rota::current_task()));
        EXPECT_THROW((void)refused.value(), rota::usage_error);
        EXPECT_THROW((void)co_await rota::select(sleeper(of, "a"), rota::task<>()), rota::usage_error);
        EXPECT_TRUE(of.empty()) << "cancelled before their first turn";
    });
}

TEST(select, costs_a_frame_and_a_block_for_what_it_owns_and_nothing_for_what_it_watches) {
    run([]() -> rota::coro<> {
        auto const promised = rota::create_future<>();
        promised.set_result();
        auto const task = rota::create_task(value_after(1, 1ms));
        auto const frames = rota::detail::frame_pool::count().taken;
        auto const blocks = rota::detail::slab_store::count().taken;
        (void)co_await rota::select(task);
        (void)co_await rota::select(promised, task);
        EXPECT_EQ(rota::detail::frame_pool::count().taken, frames);
        EXPECT_EQ(rota::detail::slab_store::count().taken, blocks);
        (void)co_await rota::select(rota::sleep(1ms), rota::sleep(1s));
        EXPECT_LE(rota::detail::frame_pool::count().taken - frames, 2U);
        EXPECT_EQ(rota::detail::slab_store::count().taken - blocks, 2U);
    });
}

}  // namespace
