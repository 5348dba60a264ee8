#include <rota/combine/as_completed.hpp>

#include "combine/combine_kit.hpp"

#include <memory>

namespace {

using namespace combine_tests;

rota::coro<std::string> text_after(std::string text, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    co_return text;
}

std::vector<rota::task<std::string>> three() {
    return {rota::create_task(text_after("slow", 5ms)), rota::create_task(text_after("fast", 1ms)),
            rota::create_task(text_after("mid", 3ms))};
}
std::vector<rota::coro<std::string>> three_coros() {
    std::vector<rota::coro<std::string>> all;
    all.push_back(text_after("slow", 5ms));
    all.push_back(text_after("fast", 1ms));
    all.push_back(text_after("mid", 3ms));
    return all;
}

TEST(as_completed, gives_tasks_in_the_order_in_which_they_finish) {
    run([]() -> rota::coro<> {
        log of;
        auto tasks = three();
        auto finished = rota::as_completed(tasks);
        while (auto t = co_await finished.next()) of.push_back(t.result());
        EXPECT_EQ(of, (log{"fast", "mid", "slow"}));
        EXPECT_FALSE(co_await finished.next()) << "and none again";
    });
}

TEST(as_completed, gives_values_to_a_plain_loop) {
    run([]() -> rota::coro<> {
        log of;
        for (auto& next_done : rota::as_completed(three())) of.push_back(co_await next_done);
        EXPECT_EQ(of, (log{"fast", "mid", "slow"}));
    });
}

TEST(as_completed, gives_what_was_done_before_in_the_given_order) {
    run([]() -> rota::coro<> {
        log of;
        auto tasks = three();
        co_await rota::sleep(10ms);
        for (auto& next_done : rota::as_completed(tasks)) of.push_back(co_await next_done);
        EXPECT_EQ(of, (log{"slow", "fast", "mid"}));
    });
}

TEST(as_completed, throws_the_errors_of_tasks_where_they_are_awaited) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{rota::create_task(error_after("bad", 1ms)),
                                           rota::create_task(value_after(1, 2ms))};
        auto finished = rota::as_completed(tasks);
        auto const first = co_await finished.next();
        EXPECT_THROW(co_await first, std::runtime_error);
        int sum = 0;
        int errors = 0;
        for (auto& next_done : rota::as_completed(tasks)) {
            try {
                sum += co_await next_done;
            } catch (std::runtime_error const&) {
                ++errors;
            }
        }
        EXPECT_EQ(sum, 1);
        EXPECT_EQ(errors, 1);
    });
}

TEST(as_completed, limit_throws_but_gives_first_what_has_finished) {
    run([]() -> rota::coro<> {
        std::vector<rota::task<int>> tasks{rota::create_task(value_after(1, 1ms)),
                                           rota::create_task(value_after(2, 60ms)),
                                           rota::create_task(value_after(3, 1s))};
        auto finished = rota::as_completed(tasks, 50ms);
        co_await rota::sleep(100ms);
        EXPECT_EQ((co_await finished.next()).result(), 1);
        EXPECT_EQ((co_await finished.next()).result(), 2) << "late, but there";
        EXPECT_THROW(co_await finished.next(), rota::timeout_error);
        EXPECT_FALSE(tasks[2].done());
        log of;
        auto const begin = rota::running_loop().time();
        try {
            for (auto& next_done : rota::as_completed(tasks, 50ms)) of.push_back(std::to_string(co_await next_done));
        } catch (rota::timeout_error const& error) {
            of.push_back(error.what());
        }
        EXPECT_EQ(of, (log{"1", "2", "timed out after 50 ms"}));
        EXPECT_EQ(rota::running_loop().time() - begin, 50ms);
    });
}

TEST(as_completed, takes_single_tasks_and_tasks_without_a_type) {
    run([]() -> rota::coro<> {
        auto a = rota::create_task(value_after(1, 5ms));
        auto b = rota::create_task(rota::sleep(1ms));
        auto finished = rota::as_completed(a, b);
        EXPECT_EQ(co_await finished.next(), b);
        EXPECT_EQ(co_await finished.next(), a);
        for (auto& next_done : rota::as_completed(std::vector<rota::any_task>{a, b})) co_await next_done;
    });
}

TEST(as_completed, several_tasks_may_draw_from_it) {
    run([]() -> rota::coro<> {
        log of;
        auto finished = rota::as_completed(three());
        auto const drawing = [&](std::string name) -> rota::coro<> {
            while (auto t = co_await finished.next()) of.push_back(name + " " + t.result());
            of.push_back(name + " ends");
        };
        co_await rota::gather(drawing("a"), drawing("b"));
        EXPECT_EQ(of, (log{"a fast", "b mid", "a slow", "a ends", "b ends"}));
    });
}

TEST(as_completed, cancelled_wait_loses_no_task) {
    run([]() -> rota::coro<> {
        auto finished = rota::as_completed(three());
        EXPECT_THROW(co_await rota::wait_for(finished.next(), 0s), rota::timeout_error);
        log of;
        while (auto t = co_await finished.next()) of.push_back(t.result());
        EXPECT_EQ(of, (log{"fast", "mid", "slow"}));
    });
}

TEST(as_completed, task_given_is_not_lost_to_a_cancel_in_the_same_turn) {
    for (int turns = 0; turns < 12; ++turns) {
        run([&]() -> rota::coro<> {
            auto const steps = [](int count) -> rota::coro<int> {
                for (int i = 0; i < count; ++i) co_await rota::yield();
                co_return count;
            };
            std::vector<rota::task<int>> tasks{rota::create_task(steps(3)), rota::create_task(steps(5))};
            auto finished = rota::as_completed(tasks);
            int given = 0;
            auto const drawing = [&]() -> rota::coro<> {
                while (auto t = co_await finished.next()) ++given;
            };
            auto t = rota::create_task(drawing);
            for (int i = 0; i < turns; ++i) co_await rota::yield();
            t.cancel();
            (void)co_await rota::as_result(t);
            while (auto left = co_await finished.next()) ++given;
            EXPECT_EQ(given, 2) << turns;
        });
    }
}

TEST(as_completed, misuse_is_told) {
    run([]() -> rota::coro<> {
        auto a = rota::create_task(value_after(1, 1ms));
        EXPECT_THROW((void)rota::as_completed(rota::any_task(a), rota::current_task()), rota::usage_error);
        auto finished = rota::as_completed(a);
        auto& next_done = *finished.begin();
        EXPECT_EQ(co_await next_done, 1);
        EXPECT_THROW(co_await next_done, rota::usage_error);
        auto doomed = std::make_unique<rota::completions<rota::task<int>>>(
            std::vector<rota::task<int>>{rota::create_task(value_after(1, 5ms))}, rota::clock::never());
        auto const waiter = [&]() -> rota::coro<> { (void)co_await doomed->next(); };
        auto t = rota::create_task(waiter);
        co_await rota::sleep(1ms);
        doomed.reset();
        EXPECT_THROW(co_await t, rota::usage_error);
        co_await rota::sleep(10ms);
    });
    EXPECT_THROW((void)rota::as_completed(std::vector<rota::task<>>()), rota::usage_error) << "no loop runs";
}

TEST(with_as_completed, gives_its_coroutines_in_the_order_in_which_they_finish) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::completions<rota::task<std::string>>& finished) -> rota::coro<int> {
            for (auto& next_done : finished) of.push_back(co_await next_done);
            co_return 7;
        };
        EXPECT_EQ(co_await rota::with_as_completed(three_coros(), body), 7);
        EXPECT_EQ(of, (log{"fast", "mid", "slow"}));
        auto const generic = [](auto& finished, log& to) -> rota::coro<> {
            while (auto t = co_await finished.next()) to.push_back(t.result());
        };
        co_await rota::with_as_completed(three_coros(), generic, std::ref(of));
        EXPECT_EQ(of.size(), 6U);
    });
}

TEST(with_as_completed, cancels_and_awaits_what_is_left_when_the_body_ends) {
    run([]() -> rota::coro<> {
        log of;
        std::vector<rota::coro<>> coros;
        coros.push_back(sleeper(of, "long"));
        coros.push_back(sleeper(of, "short", 1ms));
        coros.push_back(slow_to_stop(of, "slow", 20ms));
        auto const begin = rota::running_loop().time();
        auto const body = [&](auto& finished) -> rota::coro<> { co_await *finished.begin(); };
        co_await rota::with_as_completed(std::move(coros), body);
        EXPECT_EQ(of, (log{"short slept", "long cancelled"}));
        EXPECT_EQ(rota::running_loop().time() - begin, 21ms);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(with_as_completed, errors_and_cancels_of_the_body_come_out_when_all_have_ended) {
    run([]() -> rota::coro<> {
        log of;
        auto const some = [&] {
            std::vector<rota::coro<>> coros;
            coros.push_back(slow_to_stop(of, "slow", 20ms));
            return coros;
        };
        auto const fails = [](auto&) -> rota::coro<> {
            co_await rota::yield();
            fail("body");
        };
        EXPECT_THROW(co_await rota::with_as_completed(some(), fails), std::runtime_error);
        auto const all = [](auto& finished) -> rota::coro<> { (void)co_await finished.next(); };
        EXPECT_THROW(co_await rota::with_as_completed(some(), 5ms, all), rota::timeout_error);
        EXPECT_THROW(co_await rota::wait_for(rota::with_as_completed(some(), all), 5ms), rota::timeout_error);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
    });
}

TEST(with_as_completed, cancelled_in_every_turn_leaves_nothing) {
    for (int turns = 0; turns < 12; ++turns) {
        run([&]() -> rota::coro<> {
            auto const steps = [](int count) -> rota::coro<> {
                for (int i = 0; i < count; ++i) co_await rota::yield();
            };
            auto const owner = [&]() -> rota::coro<> {
                std::vector<rota::coro<>> coros;
                coros.push_back(steps(2));
                coros.push_back(steps(4));
                coros.push_back(steps(9));
                auto const body = [](auto& finished) -> rota::coro<> {
                    (void)co_await finished.next();
                    (void)co_await finished.next();
                };
                co_await rota::with_as_completed(std::move(coros), body);
            };
            auto t = rota::create_task(owner);
            for (int i = 0; i < turns; ++i) co_await rota::yield();
            t.cancel();
            (void)co_await rota::as_result(t);
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        });
    }
}

TEST(with_as_completed, allocation_that_fails_ends_it_in_order) {
    run([]() -> rota::coro<> {
        for (std::uint64_t n = 1; n <= 3; ++n) {
            log of;
            std::vector<rota::coro<>> coros;
            for (int i = 0; i < 3; ++i) coros.push_back(sleeper(of, "child"));
            auto const body = [](auto& finished) -> rota::coro<> { (void)co_await finished.next(); };
            auto all = rota::with_as_completed(std::move(coros), body);
            rota::detail::slab_store::fail_allocation(n);
            EXPECT_THROW(co_await std::move(all), std::bad_alloc);
            rota::detail::slab_store::fail_allocation(0);
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        }
    });
}

}  // namespace
