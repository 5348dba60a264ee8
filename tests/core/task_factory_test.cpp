#include <rota/core/task_factory.hpp>

#include "core/core_kit.hpp"

#include <rota/combine/gather.hpp>
#include <rota/combine/map_concurrent.hpp>
#include <rota/combine/select.hpp>
#include <rota/combine/stop_token.hpp>
#include <rota/combine/task_group.hpp>
#include <rota/core/context.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/future.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <new>
#include <source_location>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace {

using core_kit::log;
using core_kit::run_simulated;
using rota::coro;
using rota::create_task;
using rota::eager_start;
using rota::running_loop;
using namespace std::chrono_literals;

coro<int> at_once(log& l, std::string text) {
    l.push_back(std::move(text));
    co_return 5;
}
coro<> in_two_steps(log& l, std::string text) {
    l.push_back(text + " begins");
    co_await rota::yield();
    l.push_back(text + " ends");
}
coro<> fail() {
    throw std::runtime_error("at once");
    co_return;
}

class EagerStart : public core_kit::test {};

TEST_F(EagerStart, RunsUpToTheFirstSuspension) {
    run_simulated([]() -> coro<> {
        log l;
        auto const done = create_task(eager_start, at_once(l, "at once"));
        EXPECT_TRUE(done.done());
        auto const pending = create_task(eager_start, in_two_steps(l, "eager"));
        auto const lazy = create_task(in_two_steps(l, "lazy"));
        EXPECT_FALSE(pending.done());
        EXPECT_EQ(l, (log{"at once", "eager begins"}));
        EXPECT_EQ(co_await done, 5);
        co_await pending;
        co_await lazy;
        EXPECT_EQ(l, (log{"at once", "eager begins", "eager ends", "lazy begins", "lazy ends"}));
    });
}

TEST_F(EagerStart, IsTheCurrentTaskWithItsOwnNameContextAndLine) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        number.set(1);
        auto const me = rota::current_task();
        rota::any_task seen;
        std::string name;
        int got = 0;
        auto const body = [&](int add) -> coro<> {
            seen = rota::current_task();
            name = seen.name();
            got = number.get() + add;
            number.set(50);
            co_await rota::yield();
            EXPECT_EQ(number.get(), 50);
        };
        auto const first = create_task(rota::named("eager one"), eager_start, body, 10);
        EXPECT_EQ(rota::current_task(), me);
        EXPECT_EQ(seen, first);
        EXPECT_EQ(name, "eager one");
        EXPECT_EQ(got, 11);
        EXPECT_EQ(number.get(), 1);
        rota::context own;
        own.run([&] { number.set(7); });
        auto const second = create_task(eager_start, own, rota::named("second"), body(20));
        EXPECT_EQ(got, 27);
        EXPECT_EQ(second.name(), "second");
        EXPECT_EQ(second.state().created.line(), std::source_location::current().line() - 3);
        auto const third = create_task(eager_start, body(0));
        EXPECT_EQ(third.state().created.line(), std::source_location::current().line() - 1);
        co_await first;
        co_await second;
        co_await third;
        EXPECT_EQ(number.get(), 1);
        EXPECT_EQ(own.run([&] { return number.get(); }), 7);
    });
}

TEST_F(EagerStart, WhatItThrowsIsInTheTask) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        auto const task = create_task(eager_start, fail());
        EXPECT_TRUE(task.done());
        EXPECT_THROW(co_await task, std::runtime_error);
        create_task(eager_start, fail());
        EXPECT_EQ(reports.told, core_kit::strings());
        co_await rota::yield();
        EXPECT_EQ(reports.told.size(), 1U);
    });
}

TEST_F(EagerStart, MayCancelItselfAndItsMaker) {
    run_simulated([]() -> coro<> {
        auto const cancel_myself = []() -> coro<> {
            rota::current_task().cancel();
            co_await rota::yield();
        };
        EXPECT_TRUE(create_task(eager_start, cancel_myself()).cancelled());
        auto const me = rota::current_task();
        auto const cancel_maker = [&]() -> coro<> {
            me.cancel();
            co_return;
        };
        create_task(eager_start, cancel_maker());
        EXPECT_EQ(me.cancelling(), 1U);
        EXPECT_THROW(co_await rota::sleep(1h), rota::cancelled_error);
        me.uncancel();
    });
}

TEST_F(EagerStart, CancelledAfterItsFirstStepItEndsAsAnyOther) {
    run_simulated([]() -> coro<> {
        log l;
        auto const task = create_task(eager_start, in_two_steps(l, "eager"));
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(l, (log{"eager begins"}));
    });
}

TEST_F(EagerStart, InACallbackToo) {
    run_simulated([]() -> coro<> {
        log l;
        running_loop().call_soon([&] {
            create_task(eager_start, in_two_steps(l, "eager"));
            l.push_back(rota::current_task() ? "wrong" : "callback");
        });
        co_await rota::sleep(1s);
        EXPECT_EQ(l, (log{"eager begins", "callback", "eager ends"}));
    });
}

coro<int> nested(int levels) {
    if (levels == 0) co_return 0;
    auto const inner = create_task(eager_start, nested(levels - 1));
    co_return 1 + co_await inner;
}

TEST_F(EagerStart, NestsInConstantStack) {
    run_simulated([]() -> coro<> { EXPECT_EQ(co_await create_task(eager_start, nested(20'000)), 20'000); });
}

TEST_F(EagerStart, StarvesNobody) {
    run_simulated([]() -> coro<> {
        bool other_ran = false;
        auto const other = [&]() -> coro<> {
            other_ran = true;
            co_return;
        };
        auto const set = rota::create_future<>();
        set.set_result();
        auto const take = [&]() -> coro<> { co_await set; };
        create_task(other());
        for (int i = 0; i < 1000 && !other_ran; ++i) co_await create_task(eager_start, take());
        EXPECT_TRUE(other_ran);
    });
}

TEST_F(EagerStart, WithoutMemoryNothingHasHappened) {
    run_simulated([]() -> coro<> {
        bool ran = false;
        auto const body = [&]() -> coro<> {
            ran = true;
            co_return;
        };
        auto c = body();
        rota::detail::slab_store::fail_allocation(1);
        EXPECT_THROW(create_task(rota::named("n"), eager_start, std::move(c)), std::bad_alloc);
        rota::detail::slab_store::fail_allocation(0);
        EXPECT_FALSE(ran);
        EXPECT_EQ(rota::all_tasks().size(), 1U);
        co_return;
    });
}

TEST_F(EagerStart, InAGroupItsEndIsTheGroups) {
    run_simulated([]() -> coro<> {
        log l;
        co_await rota::with_task_group([&](rota::task_group& group) -> coro<> {
            EXPECT_TRUE(group.create_task(eager_start, at_once(l, "at once")).done());
            EXPECT_EQ(group.create_task(rota::named("n"), eager_start, in_two_steps(l, "eager")).name(), "n");
            l.push_back("body");
            co_return;
        });
        EXPECT_EQ(l, (log{"at once", "eager begins", "body", "eager ends"}));
        auto const failing = [&](rota::task_group& group) -> coro<> {
            group.create_task(eager_start, fail());
            l.push_back("goes on");
            EXPECT_FALSE(group.create_task(eager_start, at_once(l, "never")).done());
            co_await rota::sleep(1h);
        };
        EXPECT_THROW(co_await rota::with_task_group(failing), rota::exception_group);
        EXPECT_EQ(l.back(), "goes on");
    });
}

class TaskFactory : public core_kit::test {};

TEST_F(TaskFactory, IsToldOfEachNewTaskBeforeItRuns) {
    run_simulated([]() -> coro<> {
        log l;
        std::vector<std::string> made;
        running_loop().set_task_factory([&](rota::loop& loop, rota::any_task const& task) {
            EXPECT_EQ(&loop, &running_loop());
            made.push_back(task.name());
            task.set_name("number " + std::to_string(made.size()));
        });
        auto const named = create_task(rota::named("named"), at_once(l, "1"));
        EXPECT_EQ(named.name(), "number 1");
        co_await rota::gather(at_once(l, "2"), at_once(l, "3"));
        co_await rota::with_task_group([&](rota::task_group& group) -> coro<> {
            group.create_task(at_once(l, "4"));
            co_return;
        });
        create_task(eager_start, at_once(l, "5"));
        running_loop().set_task_factory({});
        create_task(at_once(l, "6"));
        co_await rota::yield();
        EXPECT_EQ(made.size(), 5U);
        EXPECT_EQ(made[0], "named");
        EXPECT_EQ(l.size(), 6U);
    });
}

TEST_F(TaskFactory, MayCancelWhatItIsToldOf) {
    run_simulated([]() -> coro<> {
        log l;
        running_loop().set_task_factory([](rota::loop&, rota::any_task const& task) { task.cancel(); });
        auto const task = create_task(at_once(l, "never"));
        auto const eager = create_task(eager_start, at_once(l, "never"));
        running_loop().set_task_factory({});
        EXPECT_TRUE(eager.cancelled());
        EXPECT_THROW((void)co_await task, rota::cancelled_error);
        EXPECT_EQ(l, log());
    });
}

coro<> an_hour() { co_await rota::sleep(1h); }

// A hook that cancels whoever makes a task.
coro<> expect_its_maker_to_be_cancelled(std::function<coro<>()> make_some) {
    auto const work = [&]() -> coro<> {
        running_loop().set_task_factory([](rota::loop&, rota::any_task const&) { rota::current_task().cancel(); });
        auto const before = rota::clock::now();
        std::exception_ptr error;
        try {
            co_await make_some();
        } catch (rota::cancelled_error const&) {
            error = std::current_exception();
        }
        running_loop().set_task_factory({});
        EXPECT_EQ(rota::clock::now(), before);
        EXPECT_TRUE(error);
    };
    co_await create_task(work());
}

TEST_F(TaskFactory, MayCancelWhoMakesATaskAndWaitsForIt) {
    run_simulated([]() -> coro<> {
        co_await expect_its_maker_to_be_cancelled([]() -> coro<> { co_await rota::gather(an_hour(), an_hour()); });
        co_await expect_its_maker_to_be_cancelled([]() -> coro<> {
            std::vector<coro<>> some;
            some.push_back(an_hour());
            co_await rota::gather(std::move(some));
        });
        co_await expect_its_maker_to_be_cancelled([]() -> coro<> {
            auto const set = rota::create_future<>();
            co_await rota::select(set, an_hour());
        });
        co_await expect_its_maker_to_be_cancelled([]() -> coro<> {
            auto const body = [](std::stop_token) { return an_hour(); };
            co_await rota::with_stop_source(body);
        });
    });
}

TEST_F(TaskFactory, WhatItThrowsIsReported) {
    run_simulated([]() -> coro<> {
        log l;
        core_kit::reports reports;
        running_loop().set_task_factory(
            [](rota::loop&, rota::any_task const&) { throw std::runtime_error("of the hook"); });
        EXPECT_EQ(co_await create_task(at_once(l, "runs")), 5);
        EXPECT_EQ(reports.told, (core_kit::strings{"the task factory threw | of the hook"}));
    });
}

TEST_F(TaskFactory, TheEagerOneStartsEveryCreatedTaskAtOnce) {
    run_simulated([]() -> coro<> {
        log l;
        running_loop().set_task_factory(rota::eager_task_factory);
        EXPECT_TRUE(running_loop().get_task_factory().eager);
        EXPECT_TRUE(create_task(at_once(l, "task")).done());
        EXPECT_TRUE(create_task(at_once, std::ref(l), "function").done());
        co_await rota::gather(in_two_steps(l, "a"), in_two_steps(l, "b"));
        EXPECT_EQ(l, (log{"task", "function", "a begins", "b begins", "a ends", "b ends"}));
        auto const both = co_await rota::gather(at_once(l, "c"), at_once(l, "d"));
        EXPECT_EQ(std::get<0>(both) + std::get<1>(both), 10);
        EXPECT_THROW(co_await rota::gather(in_two_steps(l, "e"), fail(), in_two_steps(l, "f")), std::runtime_error);
        EXPECT_EQ(l.back(), "e begins");
    });
}

TEST_F(TaskFactory, WithTheEagerOneWhatCombinesCoroutinesStillBeginsThemInTheNextTurn) {
    // A task that is made ready twice is told of at its second turn, when it has ended.
    testing::internal::CaptureStderr();
    run_simulated([]() -> coro<> {
        log l;
        running_loop().set_task_factory(rota::eager_task_factory);
        auto const chosen = co_await rota::select(at_once(l, "a"), at_once(l, "b"));
        EXPECT_EQ(chosen.first, 0U);
        EXPECT_EQ(chosen.get<0>(), 5);
        auto const add = [&](int n) -> coro<int> {
            l.push_back(std::to_string(n));
            co_return n;
        };
        std::vector<int> const numbers = {1, 2, 3};
        EXPECT_EQ(co_await rota::map_concurrent(numbers, 2, add), numbers);
        auto const me = rota::current_task();
        auto const cancel = [&]() -> coro<> {
            me.cancel();
            co_return;
        };
        EXPECT_THROW(co_await rota::gather(rota::sleep(1h), cancel()), rota::cancelled_error);
        me.uncancel();
        co_await rota::sleep(1s);
        EXPECT_EQ(l.front(), "a");
        EXPECT_EQ(l.back(), "3");
    });
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(TaskFactory, GroupsStartWaitsAlsoForAnEagerTask) {
    run_simulated([]() -> coro<> {
        running_loop().set_task_factory(rota::eager_task_factory);
        auto const serve = [](rota::task_ready<int>& ready) -> coro<> {
            ready(80);
            co_return;
        };
        co_await rota::with_task_group(
            [&](rota::task_group& group) -> coro<> { EXPECT_EQ(co_await group.start(serve), 80); });
    });
}

TEST_F(TaskFactory, OfEagerTasksWithAHookOfOnesOwn) {
    int made = 0;
    bool main_waited = false;
    rota::runner runner{rota::runner_options(rota::engine_kind::simulated)};
    runner.get_loop().set_task_factory(
        rota::create_eager_task_factory([&](rota::loop&, rota::any_task const&) { ++made; }));
    runner.run([&]() -> coro<> {
        log l;
        EXPECT_TRUE(create_task(at_once(l, "task")).done());
        main_waited = rota::current_task().name() == "Task-1";
        co_return;
    });
    EXPECT_EQ(made, 2);
    EXPECT_TRUE(main_waited);
}

}  // namespace
