// A time-out of what really waits, with no coroutine between: it is told of the cancel without a throw.
#include "combine/combine_kit.hpp"

#include <string_view>

namespace {

using namespace combine_tests;

/// `waits`, which never ends by itself, ends by a limit and leaves nothing behind.
template <class Wait>
rota::coro<> expect_timed_out(char const* what, Wait& waits) {
    auto const begin = rota::running_loop().time();
    std::string told;
    try {
        static_cast<void>(co_await rota::wait_for(waits(), 10ms));
    } catch (rota::timeout_error const& error) {
        told = error.what();
    }
    EXPECT_EQ(told, "timed out after 10 ms") << what;
    EXPECT_EQ(rota::running_loop().time() - begin, 10ms) << what;
    EXPECT_EQ(rota::current_task().cancelling(), 0U) << what;
    co_await rota::sleep(1ms);  // raises where the request is still there
}

TEST(timeout_leaf, of_a_sleep_throws_the_limit) {
    run([]() -> rota::coro<> {
        auto const sleep = [] { return rota::sleep(1h); };
        co_await expect_timed_out("sleep", sleep);
        auto const sleep_until = [] { return rota::sleep_until(rota::running_loop().time() + 1h); };
        co_await expect_timed_out("sleep_until", sleep_until);
    });
}

TEST(timeout_leaf, of_what_tasks_share_takes_nothing) {
    run([]() -> rota::coro<> {
        rota::lock lock;
        co_await lock.acquire();
        auto const acquire = [&] { return lock.acquire(); };
        co_await expect_timed_out("lock.acquire", acquire);
        auto const scoped_acquire = [&] { return lock.scoped_acquire(); };
        co_await expect_timed_out("lock.scoped_acquire", scoped_acquire);
        lock.release();
        EXPECT_FALSE(lock.locked());

        rota::semaphore permits(0);
        auto const permit = [&] { return permits.acquire(); };
        co_await expect_timed_out("semaphore.acquire", permit);
        permits.release();
        co_await rota::wait_for(permits.acquire(), 1ms);

        rota::event event;
        auto const event_wait = [&] { return event.wait(); };
        co_await expect_timed_out("event.wait", event_wait);
        event.set();
        EXPECT_TRUE(co_await rota::wait_for(event.wait(), 1ms));

        rota::condition condition(lock);
        co_await lock.acquire();
        auto const condition_wait = [&] { return condition.wait(); };
        co_await expect_timed_out("condition.wait", condition_wait);
        EXPECT_TRUE(lock.locked()) << "a condition gives its lock back";
        lock.release();
    });
}

TEST(timeout_leaf, of_a_queue_loses_no_item) {
    run([]() -> rota::coro<> {
        rota::queue<int> items(1);
        auto const get = [&] { return items.get(); };
        co_await expect_timed_out("queue.get", get);
        auto const next = [&] { return items.next(); };
        co_await expect_timed_out("queue.next", next);
        co_await items.put(1);
        auto const put = [&] { return items.put(2); };
        co_await expect_timed_out("queue.put", put);
        auto const join = [&] { return items.join(); };
        co_await expect_timed_out("queue.join", join);
        EXPECT_EQ(co_await rota::wait_for(items.get(), 10ms), 1);
        EXPECT_TRUE(items.empty()) << "the put that timed out has put nothing";
    });
}

TEST(timeout_leaf, that_has_finished_in_the_same_moment_wins) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{10ms};
        co_await rota::with_timeout(scope, rota::sleep(10ms));
        EXPECT_TRUE(scope.expired());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout_leaf, of_a_queue_leaves_the_item_that_comes_in_the_same_moment) {
    run([]() -> rota::coro<> {
        rota::queue<int> items;
        rota::running_loop().call_later(10ms, [&] { items.put_nowait(1); });
        EXPECT_THROW(co_await rota::wait_for(items.get(), 10ms), rota::timeout_error);
        EXPECT_EQ(co_await rota::wait_for(items.get(), 1ms), 1);
    });
}

TEST(timeout_leaf, of_a_future_cancels_it_and_gives_an_error_that_was_set) {
    run([]() -> rota::coro<> {
        auto future = rota::create_future<int>();
        auto const await_future = [&] { return future; };
        co_await expect_timed_out("future", await_future);
        EXPECT_TRUE(future.cancelled());
        auto failing = rota::create_future<int>();
        rota::running_loop().call_later(
            1ms, [failing]() mutable { failing.set_exception(std::make_exception_ptr(key_error("set"))); });
        EXPECT_THROW(co_await rota::wait_for(failing, 10ms), key_error);
        EXPECT_THROW((co_await rota::as_result(failing)).value(), key_error);
        EXPECT_TRUE((co_await rota::as_result(future)).cancelled());
    });
}

TEST(timeout_leaf, of_a_task_gives_the_error_with_which_it_answers) {
    run([]() -> rota::coro<> {
        auto const task = [] { return rota::create_task(rota::sleep(1h)); };
        co_await expect_timed_out("task", task);
        auto const answers = []() -> rota::coro<int> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                fail("while stopping");
            }
            co_return 0;
        };
        auto failing = rota::create_task(answers());
        EXPECT_THROW(co_await rota::wait_for(failing, 10ms), std::runtime_error);
        EXPECT_EQ(what_of((co_await rota::as_result(failing)).error()), "while stopping");
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
    });
}

TEST(timeout_leaf, of_a_stream_leaves_what_comes_later) {
    run([]() -> rota::coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto& [here, there] = pair;
        auto const read = [&] { return here.read(4); };
        co_await expect_timed_out("stream.read", read);
        auto const fill = [&] { return here.fill(); };
        co_await expect_timed_out("stream.fill", fill);
        co_await there.write(std::string_view("1234"));
        auto const write = [&] { return there.write(std::string_view("5678")); };
        co_await expect_timed_out("stream.write", write);
        EXPECT_EQ(co_await rota::wait_for(here.read(4), 10ms), "1234");
    });
}

TEST(timeout_leaf, outer_of_two_that_pass_together_speaks) {
    run([]() -> rota::coro<> {
        rota::timeout_scope outer{10ms};
        rota::timeout_scope inner{10ms};
        std::string told;
        try {
            co_await rota::with_timeout(outer, rota::with_timeout(inner, rota::sleep(1h)));
        } catch (rota::timeout_error const& error) {
            told = error.what();
        }
        EXPECT_EQ(told, "timed out after 10 ms");
        EXPECT_TRUE(outer.expired());
        EXPECT_TRUE(inner.expired());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

TEST(timeout_leaf, cancel_from_outside_in_the_same_moment_wins) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{10ms};
        auto const body = [&]() -> rota::coro<> {
            bool raised = false;
            try {
                co_await rota::with_timeout(scope, rota::sleep(1h));
            } catch (rota::cancelled_error const&) {
                raised = true;
            }
            EXPECT_TRUE(raised);
            EXPECT_EQ(rota::current_task().cancelling(), 1U) << "the scope has taken back its own";
            co_await rota::sleep(1h);
        };
        auto t = rota::create_task(body);
        rota::running_loop().call_later(10ms, [t] { t.cancel(); });
        EXPECT_TRUE((co_await rota::as_result(t)).cancelled());
        EXPECT_TRUE(scope.expired());
    });
}

TEST(timeout_leaf, in_a_task_with_a_swallowed_cancel_is_ended_by_that) {
    run([]() -> rota::coro<> {
        auto const body = []() -> rota::coro<> {
            rota::current_task().cancel();
            EXPECT_TRUE((co_await rota::as_result(rota::sleep(1h))).cancelled());
            // The limit of zero fires before the second raise, which comes by way of the ready queue, has its turn.
            auto const again = co_await rota::as_result(rota::wait_for(rota::sleep(1h), 0s));
            EXPECT_FALSE(again);
            EXPECT_EQ(rota::current_task().cancelling(), 1U);
            rota::current_task().uncancel();
            co_await rota::wait_for(rota::sleep(1ms), 1s);
        };
        EXPECT_TRUE(co_await rota::as_result(rota::create_task(body)));
    });
}

TEST(timeout_leaf, that_answers_with_as_result_has_its_way) {
    run([]() -> rota::coro<> {
        rota::timeout_scope scope{10ms};
        EXPECT_TRUE((co_await rota::with_timeout(scope, rota::as_result(rota::sleep(1h)))).cancelled());
        EXPECT_TRUE(scope.expired());
        EXPECT_EQ(rota::current_task().cancelling(), 0U);
        co_await rota::sleep(1ms);
    });
}

}  // namespace
