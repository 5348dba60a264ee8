#include <rota/combine/stop_token.hpp>

#include "combine/combine_kit.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

namespace {

using namespace combine_tests;

TEST(with_stop_token, cancels_the_body_when_a_stop_is_requested_and_takes_its_request_back) {
    run([]() -> rota::coro<> {
        log of;
        std::stop_source source;
        rota::running_loop().call_later(5ms, [&] { source.request_stop(); });
        auto const got = co_await rota::as_result(rota::with_stop_token(source.get_token(), sleeper(of, "body")));
        EXPECT_TRUE(got.cancelled());
        EXPECT_EQ(of, notes("body cancelled"));
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(with_stop_token, gives_what_the_body_gives) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const reference = [&]() -> rota::coro<int&> { co_return there; };
        auto const unique = [](int value) -> rota::coro<std::unique_ptr<int>> {
            co_await rota::sleep(1ms);
            co_return std::make_unique<int>(value);
        };
        std::stop_source source;
        EXPECT_EQ(co_await rota::with_stop_token(source.get_token(), value_after(3, 1ms)), 3);
        auto const moved = co_await rota::with_stop_token(source.get_token(), unique, 4);
        EXPECT_EQ(*moved, 4);
        auto& referred = co_await rota::with_stop_token(source.get_token(), reference);
        EXPECT_EQ(&referred, &there);
        EXPECT_EQ(co_await rota::with_stop_token(std::stop_token(), value_after(5, 1ms)), 5) << "no stop is possible";
        EXPECT_THROW(co_await rota::with_stop_token(source.get_token(), error_after("bad", 1ms)), std::runtime_error);
    });
}

TEST(with_stop_token, of_a_stop_requested_before_raises_at_the_first_await) {
    run([]() -> rota::coro<> {
        std::stop_source source;
        source.request_stop();
        rota::queue<int> items;
        items.put_nowait(1);
        bool began = false;
        auto const body = [&]() -> rota::coro<int> {
            began = true;
            co_return co_await items.get();
        };
        EXPECT_TRUE((co_await rota::as_result(rota::with_stop_token(source.get_token(), body()))).cancelled());
        EXPECT_TRUE(began);
        EXPECT_EQ(items.qsize(), 1U);
        auto const never_waits = []() -> rota::coro<int> { co_return 2; };
        EXPECT_EQ(co_await rota::with_stop_token(source.get_token(), never_waits()), 2);
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(with_stop_token, a_body_that_had_finished_delivers_its_value) {
    run([]() -> rota::coro<> {
        std::stop_source source;
        rota::queue<int> items;
        auto const at_once = [&] {
            items.put_nowait(1);
            source.request_stop();
        };
        rota::running_loop().call_later(1ms, at_once);
        EXPECT_EQ(co_await rota::with_stop_token(source.get_token(), items.get()), 1);
        co_await rota::sleep(1ms);
    });
}

TEST(with_stop_token, the_body_may_request_it_itself) {
    run([]() -> rota::coro<> {
        std::stop_source source;
        log of;
        auto const body = [&](bool waits_first) -> rota::coro<> {
            if (waits_first) co_await rota::yield();
            source.request_stop();
            of.push_back("requested");
            co_await rota::sleep(1s);
            of.push_back("not stopped");
        };
        EXPECT_TRUE((co_await rota::as_result(rota::with_stop_token(source.get_token(), body, true))).cancelled());
        source = std::stop_source();
        EXPECT_TRUE((co_await rota::as_result(rota::with_stop_token(source.get_token(), body, false))).cancelled());
        EXPECT_EQ(of, notes("requested", "requested"));
    });
}

TEST(with_stop_token, keeps_a_cancel_from_outside_apart_from_its_own) {
    run([]() -> rota::coro<> {
        std::stop_source source;
        log of;
        auto const waiter = [&]() -> rota::coro<> {
            auto const got = co_await rota::as_result(rota::with_stop_token(source.get_token(), sleeper(of, "body")));
            EXPECT_TRUE(got.cancelled());
            EXPECT_EQ(rota::current_task().cancelling(), 1U);
            co_await rota::sleep(1ms);
            of.push_back("not reached");
        };
        auto const t = rota::create_task(waiter());
        co_await rota::sleep(1ms);
        t.cancel();
        source.request_stop();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, notes("body cancelled"));
    });
}

TEST(with_stop_token, inside_a_shield_it_stops_what_the_shield_keeps) {
    run([]() -> rota::coro<> {
        std::stop_source source;
        log of;
        auto const waiter = [&]() -> rota::coro<> {
            auto const got = co_await rota::with_shield(
                rota::as_result(rota::with_stop_token(source.get_token(), sleeper(of, "body"))));
            EXPECT_TRUE(got.cancelled());
            of.push_back("left");
            co_await rota::sleep(1ms);
        };
        auto const t = rota::create_task(waiter());
        co_await rota::sleep(1ms);
        t.cancel();
        co_await rota::sleep(1ms);
        EXPECT_TRUE(of.empty());
        source.request_stop();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, notes("body cancelled", "left"));
    });
}

// Blocks wander between threads here, so none are counted.
TEST(with_stop_token, a_thread_may_request_it_at_any_time) {
    for (int round = 0; round < 200; ++round) {
        rota::run(rota::runner_options(rota::engine_kind::epoll), [round]() -> rota::coro<> {
            std::stop_source source;
            auto const turns = [](int count) -> rota::coro<int> {
                for (int i = 0; i < count; ++i) co_await rota::yield();
                co_return count;
            };
            std::jthread const other([&] { source.request_stop(); });
            auto const got = co_await rota::as_result(rota::with_stop_token(source.get_token(), turns, round * 5));
            EXPECT_TRUE(got.cancelled() || got.has_value());
            EXPECT_EQ(rota::current_task().cancelling(), 0U);
            co_await rota::yield();
        });
    }
}

TEST(with_stop_token, a_thread_wakes_a_loop_that_has_nothing_else_to_do) {
    rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> rota::coro<> {
        std::stop_source source;
        auto const never = rota::create_future<>();
        std::jthread const other([&] { source.request_stop(); });
        EXPECT_TRUE((co_await rota::as_result(rota::with_stop_token(source.get_token(), never))).cancelled());
    });
}

TEST(with_stop_source, requests_a_stop_when_the_task_is_cancelled) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](std::stop_token stop, int value) -> rota::coro<int> {
            std::stop_callback const told(stop, [&] { of.push_back("told"); });
            try {
                co_await rota::sleep(1s);
            } catch (rota::cancelled_error const&) {
                of.push_back(stop.stop_requested() ? "stopped" : "not stopped");
                throw;
            }
            co_return value;
        };
        auto const t = rota::create_task(rota::with_stop_source(body, 1));
        co_await rota::sleep(1ms);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(of, notes("told", "stopped"));
    });
}

TEST(with_stop_source, gives_what_the_body_gives) {
    run([]() -> rota::coro<> {
        int there = 0;
        auto const value = [](std::stop_token const& stop, int of) -> rota::coro<std::unique_ptr<int>> {
            EXPECT_TRUE(stop.stop_possible());
            EXPECT_FALSE(stop.stop_requested());
            co_return std::make_unique<int>(of);
        };
        auto const reference = [&](std::stop_token) -> rota::coro<int&> { co_return there; };
        auto const fails = [](std::stop_token) { return error_after("bad", 1ms); };
        auto const moved = co_await rota::with_stop_source(value, 3);
        EXPECT_EQ(*moved, 3);
        auto& referred = co_await rota::with_stop_source(reference);
        EXPECT_EQ(&referred, &there);
        co_await rota::with_stop_source([](std::stop_token) { return rota::sleep(1ms); });
        EXPECT_THROW(co_await rota::with_stop_source(fails), std::runtime_error);
    });
}

TEST(with_stop_source, delivers_the_value_with_which_the_body_answers) {
    run([]() -> rota::coro<> {
        std::optional<int> got;
        auto const waiter = [&]() -> rota::coro<> {
            auto const work = [](std::stop_token stop) -> rota::coro<int> {
                int steps = 0;
                for (; !stop.stop_requested(); ++steps) (void)co_await rota::as_result(rota::sleep(1ms));
                co_return steps;
            };
            got = co_await rota::with_stop_source(work);
            co_await rota::sleep(1s);
        };
        auto const t = rota::create_task(waiter());
        co_await rota::sleep(3500us);
        t.cancel();
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_EQ(got, 4);
    });
}

TEST(with_stop_source, in_a_cancelled_task_begins_nothing) {
    run([]() -> rota::coro<> {
        bool began = false;
        auto const waiter = [&]() -> rota::coro<> {
            rota::current_task().cancel();
            auto const body = [&](std::stop_token) -> rota::coro<> {
                began = true;
                co_return;
            };
            co_await rota::with_stop_source(body);
        };
        EXPECT_TRUE((co_await rota::as_result(rota::create_task(waiter))).cancelled());
        EXPECT_FALSE(began);
    });
}

}  // namespace
