#include <rota/combine/wait.hpp>

#include "combine/combine_kit.hpp"

#include <span>
#include <type_traits>

namespace {

using namespace combine_tests;

rota::task<int> make(char const* name, rota::clock::duration delay) {
    return rota::create_task(rota::named(name), value_after(1, delay));
}
rota::task<int> make_failing(char const* name, rota::clock::duration delay) {
    return rota::create_task(rota::named(name), error_after(name, delay));
}

template <class Task>
std::string names(std::vector<Task> const& tasks) {
    std::string all;
    for (auto const& t : tasks) all += t.name();
    return all;
}

TEST(wait, tells_done_from_pending_in_the_given_order) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{make("a", 9ms), make("b", 1ms), make("c", 5ms), make("d", 5ms)};
        auto const first = co_await rota::wait(tasks, rota::first_completed);
        static_assert(std::is_same_v<decltype(first), rota::wait_result<rota::task<int>> const>);
        EXPECT_EQ(names(first.done), "b");
        EXPECT_EQ(names(first.pending), "acd");
        auto const more = co_await rota::wait(first.pending, rota::first_completed);
        EXPECT_EQ(names(more.done), "cd") << "in the same turn";
        auto const all = co_await rota::wait(tasks);
        EXPECT_EQ(names(all.done), "abcd");
        EXPECT_TRUE(all.pending.empty());
        EXPECT_EQ(all.done[0].result(), 1);
    });
}

TEST(wait, first_exception_is_over_with_the_first_error_or_the_last_task) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{make("a", 1ms), make_failing("b", 5ms), make("c", 9ms)};
        auto const waited = co_await rota::wait(tasks, rota::first_exception);
        EXPECT_EQ(names(waited.done), "ab");
        EXPECT_EQ(names(waited.pending), "c");
        EXPECT_NE(waited.done[1].exception(), nullptr);
        auto const again = co_await rota::wait(tasks, rota::first_exception);
        EXPECT_EQ(names(again.pending), "c") << "over at once";
        std::vector<rota::task<int>> good{make("d", 1ms), make("e", 5ms)};
        EXPECT_EQ(names((co_await rota::wait(good, rota::first_exception)).done), "de");
    });
}

TEST(wait, cancelled_task_is_no_exception) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{make("a", 1s), make("b", 5ms)};
        tasks[0].cancel();
        auto const waited = co_await rota::wait(tasks, rota::first_exception);
        EXPECT_EQ(names(waited.done), "ab");
    });
}

TEST(wait, time_limit_is_no_error_and_cancels_nothing) {
    run([]() -> rota::coro<> {
        auto const begin = rota::running_loop().time();
        std::vector<rota::task<int>> tasks{make("a", 1ms), make("b", 50ms)};
        auto const waited = co_await rota::wait(tasks, 10ms);
        EXPECT_EQ(rota::running_loop().time() - begin, 10ms);
        EXPECT_EQ(names(waited.done), "a");
        EXPECT_EQ(names(waited.pending), "b");
        auto const none = co_await rota::wait(tasks, 0s);
        EXPECT_EQ(names(none.done), "a");
        auto const both = co_await rota::wait(tasks, {1s, rota::first_completed});
        EXPECT_EQ(names(both.done), "a");
        auto const unlimited = co_await rota::wait(tasks, std::nullopt);
        EXPECT_EQ(names(unlimited.done), "ab");
        EXPECT_EQ(rota::running_loop().time() - begin, 50ms);
    });
}

TEST(wait, takes_single_tasks_of_any_type) {
    run([]() -> rota::coro<> {
        auto number = make("a", 1ms);
        auto nothing = rota::create_task(rota::named("b"), rota::sleep(5ms));
        auto const first = co_await rota::wait(rota::first_completed, number, nothing);
        static_assert(std::is_same_v<decltype(first), rota::wait_result<rota::any_task> const>);
        EXPECT_EQ(names(first.done), "a");
        auto const both = co_await rota::wait(number, nothing);
        EXPECT_EQ(names(both.done), "ab");
        auto const same = co_await rota::wait(number, number);
        static_assert(std::is_same_v<decltype(same), rota::wait_result<rota::task<int>> const>);
        EXPECT_EQ(same.done.size(), 2U);
        std::vector<rota::any_task> mixed{number, nothing};
        EXPECT_EQ(names((co_await rota::wait(std::span(mixed))).done), "ab");
    });
}

TEST(wait, for_nothing_or_oneself_is_misuse) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<>> const none;
        EXPECT_THROW(co_await rota::wait(none), rota::usage_error);
        auto other = make("a", 1ms);
        EXPECT_THROW(co_await rota::wait(other, rota::current_task()), rota::usage_error);
        EXPECT_THROW(co_await rota::wait(other, rota::task<>()), rota::usage_error);
        co_await other;
    });
}

TEST(wait, cancelled_leaves_and_the_tasks_run_on) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{make("a", 10ms), make("b", 20ms)};
        auto const waiter = [&]() -> rota::coro<> { co_await rota::wait(tasks, 1s); };
        auto t = rota::create_task(waiter);
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(tasks[0].cancelling() + tasks[1].cancelling(), 0U);
        auto const all = co_await rota::wait(tasks);
        EXPECT_EQ(names(all.done), "ab");
    });
}

TEST(wait, for_what_is_done_does_not_starve_others_nor_do_gather_and_join) {
    run([]() -> rota::coro<> {
        auto const done = make("a", 1ms);
        co_await done;
        int turns = 0;
        auto const other = [&]() -> rota::coro<> {
            for (;; ++turns) co_await rota::yield();
        };
        auto const others = rota::create_task(other());
        for (int i = 0; i < 1000; ++i) co_await rota::wait(done, done);
        EXPECT_GE(turns, 1000 / 100);
        turns = 0;
        for (int i = 0; i < 1000; ++i) co_await rota::gather(done, done);
        EXPECT_GE(turns, 1000 / 100);
        turns = 0;
        co_await rota::with_task_group([&](rota::task_group& group) -> rota::coro<> {
            for (int i = 0; i < 1000; ++i) co_await group.join();
        });
        EXPECT_GE(turns, 1000 / 100);
        others.cancel();
    });
}

TEST(wait, in_a_cancelled_task_raises_at_once) {
    run([]() -> rota::coro<> {
        auto other = make("a", 1ms);
        auto const waiter = [&]() -> rota::coro<> {
            rota::current_task().cancel();
            co_await rota::wait(other);
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(waiter))).cancelled());
        co_await other;
    });
}

TEST(wait, cancelled_in_every_turn_leaves_nothing) {
    for (int turns = 0; turns < 8; ++turns) {
        run([&]() -> rota::coro<> {
            auto const steps = [](int count) -> rota::coro<> {
                for (int i = 0; i < count; ++i) co_await rota::yield();
            };
            std::vector<rota::task<>> tasks{rota::create_task(steps(2)), rota::create_task(steps(4))};
            auto const waiter = [&]() -> rota::coro<> {
                co_await rota::wait(tasks, {1s, rota::first_completed});
                co_await rota::wait(tasks, 1s);
            };
            auto t = rota::create_task(waiter);
            for (int i = 0; i < turns; ++i) co_await rota::yield();
            t.cancel();
            (void)co_await rota::as_result(t);
            for (auto const& each : tasks) co_await each;
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        });
    }
}

}  // namespace
