// Of `task_group`: `join` and `start`.
#include <rota/combine/task_group.hpp>

#include "combine/combine_kit.hpp"

namespace {

using namespace combine_tests;

TEST(task_group, join_waits_for_the_tasks_so_far) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            co_await group.join();
            auto const grower = [](rota::task_group& to, log& notes) -> rota::coro<> {
                co_await rota::sleep(1ms);
                to.create_task(note_after(notes, "later", 20ms));
                notes.push_back("grower");
            };
            group.create_task(grower, std::ref(group), std::ref(of));
            group.create_task(note_after(of, "first", 5ms));
            co_await group.join();
            of.push_back("joined");
            co_await group.join();
            of.push_back("joined again");
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("grower", "first", "joined", "later", "joined again"));
    });
}

TEST(task_group, join_is_left_by_a_cancel_and_refused_to_its_own_tasks) {
    run([]() -> rota::coro<> {
        log of;
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            auto child = group.create_task(sleeper(of, "child", 30ms));
            try {
                co_await rota::with_timeout(5ms, group.join());
            } catch (rota::timeout_error const&) {
                of.push_back("join left");
            }
            EXPECT_FALSE(child.done());
            auto const joins = [](rota::task_group& own) -> rota::coro<> { co_await own.join(); };
            auto refused = group.create_task(rota::as_result(joins(group)));
            EXPECT_THROW((co_await refused).value(), rota::usage_error);
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("join left", "child slept"));
    });
}

rota::coro<> serve(rota::task_ready<int>& ready, log& of, int port) {
    co_await rota::sleep(5ms);
    of.push_back("ready");
    ready(port);
    co_await rota::sleep(5ms);
    of.push_back("served");
}

TEST(task_group, start_waits_until_the_task_is_ready_and_gives_its_value) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            int const port = co_await group.start(serve, std::ref(of), 80);
            EXPECT_EQ(port, 80);
            EXPECT_EQ(now() - begin, 5ms);
            auto const quick = [](rota::task_ready<void>& ready) -> rota::coro<> {
                ready();
                EXPECT_THROW(ready(), rota::usage_error);
                co_return;
            };
            co_await group.start(quick);
            auto const generic = [](auto& ready) -> rota::coro<> {
                ready("text");
                co_return;
            };
            EXPECT_EQ(co_await group.start<std::string>(generic), "text");
        };
        co_await rota::with_task_group(body);
        EXPECT_EQ(of, notes("ready", "served"));
    });
}

TEST(task_group, start_raises_what_the_task_ends_with_before_it_is_ready) {
    run([]() -> rota::coro<> {
        auto const body = [](rota::task_group& group) -> rota::coro<int> {
            auto const fails = [](rota::task_ready<int>&) -> rota::coro<> {
                co_await rota::sleep(1ms);
                fail("not ready");
            };
            EXPECT_THROW(co_await group.start(fails), std::runtime_error);
            auto const forgets = [](rota::task_ready<int>&) -> rota::coro<> { co_return; };
            EXPECT_THROW(co_await group.start(forgets), rota::usage_error);
            co_return 1;
        };
        EXPECT_EQ(co_await rota::with_task_group(body), 1) << "the group has not failed";
    });
}

TEST(task_group, start_cancelled_cancels_the_task_and_waits_for_it) {
    run([]() -> rota::coro<> {
        log of;
        auto const begin = now();
        auto const never_ready = [](rota::task_ready<int>&, log& to) -> rota::coro<> {
            co_await slow_to_stop(to, "starting", 20ms);
        };
        auto const body = [&](rota::task_group& group) -> rota::coro<int> {
            EXPECT_THROW(co_await rota::wait_for(group.start(never_ready, std::ref(of)), 5ms), rota::timeout_error);
            EXPECT_EQ(now() - begin, 25ms);
            co_return 1;
        };
        EXPECT_EQ(co_await rota::with_task_group(body), 1);
    });
}

TEST(task_group, failure_of_a_sibling_ends_a_start) {
    run([]() -> rota::coro<> {
        log of;
        auto const never_ready = [](rota::task_ready<int>&, log& to) -> rota::coro<> {
            co_await sleeper(to, "starting");
        };
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            group.create_task(fail_after("boom", 1ms));
            (void)co_await group.start(never_ready, std::ref(of));
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("boom"));
        EXPECT_EQ(of, notes("starting cancelled"));
    });
}

TEST(task_group, failing_after_it_was_ready_fails_the_group) {
    run([]() -> rota::coro<> {
        auto const fails_later = [](rota::task_ready<int>& ready) -> rota::coro<> {
            ready(1);
            co_await rota::sleep(1ms);
            fail("later");
        };
        auto const body = [&](rota::task_group& group) -> rota::coro<> {
            EXPECT_EQ(co_await group.start(fails_later), 1);
            co_await rota::sleep(1s);
        };
        EXPECT_EQ(co_await group_errors(rota::with_task_group(body)), notes("later"));
    });
}

}  // namespace
