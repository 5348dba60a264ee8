#include "core/debug_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/async_generator.hpp>
#include <rota/core/callback_handle.hpp>
#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/report.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_kit;
using rota::coro;

class debug : public debug_kit::test {};

std::string thrown_in_another_thread(std::function<void()> const& use) {
    std::string text = "nothing";
    std::thread([&] {
        try {
            use();
        } catch (rota::usage_error const& error) {
            text = error.what();
        }
    }).join();
    return text;
}

TEST_F(debug, call_soon_from_another_thread_is_an_error_that_names_the_right_call) {
    rota::run([]() -> rota::coro<> {
        auto& loop = rota::running_loop();
        auto const text = thrown_in_another_thread([&] { loop.call_soon([] {}); });
        EXPECT_NE(text.find("call_soon_threadsafe"), std::string::npos) << text;
        co_return;
    });
}

TEST_F(debug, cancelling_a_task_from_another_thread_is_an_error) {
    rota::run([]() -> rota::coro<> {
        auto const task = rota::current_task();
        auto const text = thrown_in_another_thread([&] { task.cancel(); });
        EXPECT_NE(text.find("task.cancel"), std::string::npos) << text;
        EXPECT_EQ(task.cancelling(), 0U);
        co_return;
    });
}

TEST_F(debug, each_call_of_a_task_or_future_from_another_thread_is_an_error_that_names_it_and_changes_nothing) {
    rota::run([]() -> coro<> {
        auto const task = rota::create_task(rota::sleep(0s));
        auto const future = rota::create_future<int>();
        auto handle = rota::running_loop().call_later(1h, [] {});
        auto const refused = [](std::string const& name, std::function<void()> const& use) {
            debug_kit::expect_told(thrown_in_another_thread(use),
                                   {name + ": called from a thread", "call_soon_threadsafe"});
        };
        refused("task.uncancel", [&] { task.uncancel(); });
        refused("task.set_name", [&] { task.set_name("x"); });
        refused("task.add_done_callback", [&] { task.add_done_callback([](rota::any_task const&) {}); });
        refused("task.exception", [&] { (void)task.exception(); });
        refused("future.set_result", [&] { future.set_result(1); });
        refused("future.set_exception", [&] { future.set_exception(std::runtime_error("x")); });
        refused("future.cancel", [&] { future.cancel(); });
        refused("future.result", [&] { (void)future.result(); });
        refused("future.add_done_callback", [&] { future.add_done_callback([](rota::future<int> const&) {}); });
        refused("callback_handle.cancel", [&] { handle.cancel(); });
        refused("call_at", [&loop = rota::running_loop()] { loop.call_later(1s, [] {}); });
        EXPECT_FALSE(future.done());
        EXPECT_EQ(task.name(), "Task-2");
        EXPECT_FALSE(handle.cancelled());
        handle.cancel();
        co_await task;
    });
}

TEST_F(debug, what_outlives_its_loop_may_be_used_anywhere) {
    rota::future<int> future;
    rota::task<int> task;
    rota::run([&]() -> coro<> {
        future = rota::create_future<int>();
        task = rota::create_task([]() -> coro<int> { co_return 7; });
        co_await task;
    });
    EXPECT_EQ(thrown_in_another_thread([&] {
                  future.set_result(1);
                  EXPECT_EQ(task.result(), 7);
              }),
              "nothing");
}

TEST_F(debug, two_loops_may_be_used_from_their_common_thread) {
    rota::runner first;
    rota::runner second;
    rota::future<int> of_first;
    first.run([&]() -> coro<> {
        of_first = rota::create_future<int>();
        co_return;
    });
    second.run([&]() -> coro<> {
        of_first.set_result(1);
        co_return;
    });
    EXPECT_EQ(of_first.result(), 1);
}

rota::async_generator<int> endless() {
    for (int i = 0;; ++i) co_yield i;
}

TEST_F(debug, a_generator_dropped_before_its_end_is_reported_and_one_that_was_closed_or_is_fresh_is_not) {
    run_simulated([]() -> coro<> {
        reports const told;
        auto const use = [](bool closes) -> coro<> {
            auto numbers = endless();
            (void)co_await numbers.next();
            if (closes) co_await numbers.aclose();
            auto const fresh = endless();
        };
        co_await use(true);
        co_await rota::sleep(1ms);
        EXPECT_TRUE(told.told.empty());
        auto const using_it = rota::create_task(use(false));
        co_await using_it;
        co_await rota::sleep(1ms);
        EXPECT_EQ(told.told.size(), 1U);
        for (auto const& text : told.told)
            debug_kit::expect_told(text, {"dropped before its end", "debug_test.cpp:", "with_aclosing"});
    });
}

TEST(debug_mode_off, nothing_is_refused_to_other_threads) {
    if (rota::debug_mode()) GTEST_SKIP() << "the environment has turned debug mode on";
    rota::run([]() -> coro<> {
        auto const future = rota::create_future<int>();
        EXPECT_EQ(thrown_in_another_thread([&] { future.set_result(1); }), "nothing");
        co_return;
    });
}

TEST_F(debug, the_loops_own_thread_is_not_hindered) {
    bool called = false;
    rota::run([&]() -> rota::coro<> {
        rota::running_loop().call_soon([&] { called = true; });
        co_await rota::yield();
    });
    EXPECT_TRUE(called);
}

TEST_F(debug, a_runner_belongs_to_the_thread_that_runs_it_first) {
    rota::runner made_here;
    rota::loop& loop = made_here.get_loop();
    std::string text = "nothing";
    std::thread([&] {
        made_here.run([]() -> coro<> { co_await rota::yield(); });
        try {
            loop.call_soon([] {});
        } catch (rota::usage_error const& error) {
            text = error.what();
        }
        made_here.close();
    }).join();
    EXPECT_EQ(text, "nothing");
}

constexpr int refuses = __LINE__;
coro<> refused_behind_a_yield() {
    co_await rota::yield();
    throw rota::system_error(ECONNREFUSED, "connect to", "nobody");
}
coro<> asks() { co_await refused_behind_a_yield(); }

std::string stack_of_error() {
    std::string stack;
    run_simulated([&]() -> coro<> {
        try {
            co_await asks();
        } catch (rota::system_error const& error) {
            EXPECT_STREQ(error.what(), "connect to nobody: Connection refused");
            stack = error.stack();
        }
    });
    return stack;
}

TEST_F(debug, a_system_error_holds_the_awaits_of_its_task) {
    auto const stack = stack_of_error();
    auto const place = [](int line) { return "debug_test.cpp:" + std::to_string(line) + "\n"; };
    debug_kit::expect_told(stack, {place(refuses + 2), place(refuses + 5)});
    EXPECT_LT(stack.find(place(refuses + 5)), stack.find(place(refuses + 2))) << stack;
    EXPECT_EQ(rota::system_error(ENOENT, "open").stack(), "");
    auto const told = rota::detail::describe(std::make_exception_ptr(rota::system_error(ENOENT, "open", "x")));
    EXPECT_EQ(told.substr(told.find(':', told.rfind("::") + 2)), ": open x: No such file or directory");
}

TEST_F(debug, an_error_that_nobody_awaited_is_told_with_its_awaits) {
    run_simulated([]() -> coro<> {
        std::vector<std::string> told;
        rota::running_loop().set_exception_handler([&](rota::loop&, rota::exception_context const& context) {
            told.push_back(rota::detail::describe(context.exception));
        });
        rota::create_task(asks());
        for (int i = 0; i < 5; ++i) co_await rota::yield();
        rota::running_loop().set_exception_handler({});
        EXPECT_EQ(told.size(), 1U);
        for (auto const& each : told)
            debug_kit::expect_told(each,
                                   {"connect to nobody: Connection refused\n  thrown in a task with its awaits at\n",
                                    "debug_test.cpp:" + std::to_string(refuses + 2)});
    });
}

TEST(debug_mode_off, a_system_error_has_no_stack) {
    if (rota::debug_mode()) GTEST_SKIP() << "the environment has turned debug mode on";
    EXPECT_EQ(stack_of_error(), "");
}

}  // namespace
