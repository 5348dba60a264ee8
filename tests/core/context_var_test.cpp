#include <rota/core/context_var.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

rota::context_var<std::string> user("nobody");
rota::context_var<int> number;
rota::context_var<std::shared_ptr<int>> shared;

class ContextVar : public core_kit::test {};

TEST_F(ContextVar, HasItsDefaultUntilItIsSet) {
    run_simulated([]() -> coro<> {
        EXPECT_EQ(user.get(), "nobody");
        EXPECT_THROW((void)number.get(), std::bad_optional_access);
        number.set(3);
        EXPECT_EQ(number.get(), 3);
        co_return;
    });
}

TEST_F(ContextVar, ATaskStartsWithACopyAndChangesOnlyItsOwn) {
    run_simulated([]() -> coro<> {
        user.set("root");
        auto const child = [](std::string name) -> coro<> {
            EXPECT_EQ(user.get(), "root");
            user.set(name);
            co_await rota::yield();
            EXPECT_EQ(user.get(), name);
        };
        auto const a = rota::create_task(child("a"));
        auto const b = rota::create_task(child("b"));
        user.set("changed after they were made");
        co_await a;
        co_await b;
        EXPECT_EQ(user.get(), "changed after they were made");
    });
}

TEST_F(ContextVar, ACoroutineThatIsAwaitedSharesItsCallersContext) {
    run_simulated([]() -> coro<> {
        auto const direct = []() -> coro<> {
            user.set("direct");
            co_return;
        };
        co_await direct();
        EXPECT_EQ(user.get(), "direct");
    });
}

TEST_F(ContextVar, CallbacksStartWithACopyOfTheirMakersContext) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto& loop = rota::running_loop();
        auto const note = [&](std::string who) {
            log.push_back(who + " " + user.get());
            user.set("a callback's");
        };
        auto const future = rota::create_future<>();
        user.set("maker's");
        loop.call_soon(note, "soon");
        loop.call_later(1ms, note, "later");
        future.add_done_callback([&](auto const&) { note("future"); });
        auto const child = rota::create_task(rota::sleep(1ms));
        child.add_done_callback([&](auto const&) { note("task"); });
        user.set("changed");
        future.set_result();
        co_await rota::sleep(1s);
        EXPECT_EQ(user.get(), "changed");
        EXPECT_EQ(log, (core_kit::log{"soon maker's", "future maker's", "later maker's", "task maker's"}));
    });
}

TEST_F(ContextVar, ATaskMadeInACallbackInheritsTheCallbacksContext) {
    run_simulated([]() -> coro<> {
        std::string seen;
        auto const look = [&]() -> coro<> {
            seen = user.get();
            co_return;
        };
        rota::running_loop().call_soon([&] {
            user.set("callback");
            rota::create_task(look());
        });
        co_await rota::sleep(1ms);
        EXPECT_EQ(seen, "callback");
        EXPECT_EQ(user.get(), "nobody");
    });
}

TEST_F(ContextVar, ResetPutsBackWhatWasThereBefore) {
    run_simulated([]() -> coro<> {
        auto const first = user.set("first");
        auto const second = user.set("second");
        user.reset(second);
        EXPECT_EQ(user.get(), "first");
        user.reset(first);
        EXPECT_EQ(user.get(), "nobody");
        co_return;
    });
}

TEST_F(ContextVar, ValuesAreLetGoWhenTheTaskEndsNotWithItsHandle) {
    auto const value = std::make_shared<int>(1);
    run_simulated([&]() -> coro<> {
        auto const child = [&]() -> coro<> {
            shared.set(value);
            co_await rota::yield();
        };
        auto const task = rota::create_task(child());
        co_await rota::yield();
        EXPECT_EQ(value.use_count(), 2);
        co_await task;
        EXPECT_EQ(value.use_count(), 1);
    });
}

TEST_F(ContextVar, MainStartsWithWhatIsSetOutsideTheLoop) {
    auto const before = user.set("outside");
    run_simulated([]() -> coro<> {
        EXPECT_EQ(user.get(), "outside");
        user.set("inside");
        co_return;
    });
    EXPECT_EQ(user.get(), "outside");
    user.reset(before);
}

TEST_F(ContextVar, WhatAThreadSetsOutsideALoopIsItsOwnAndEndsWithIt) {
    auto const value = std::make_shared<int>(1);
    std::thread([&] {
        EXPECT_EQ(user.get(), "nobody");
        shared.set(value);
        EXPECT_EQ(value.use_count(), 2);
    }).join();
    EXPECT_EQ(value.use_count(), 1);
}

TEST_F(ContextVar, IsSeenByDestructorsOfTheTasksFrames) {
    std::string seen;
    struct look {
        std::string& into;
        ~look() { into = user.get(); }
    };
    run_simulated([&]() -> coro<> {
        auto const child = [&]() -> coro<> {
            look const at_end{seen};
            user.set("mine");
            co_await rota::yield();
        };
        co_await rota::create_task(child());
    });
    EXPECT_EQ(seen, "mine");
}

}  // namespace
