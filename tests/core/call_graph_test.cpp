#include <rota/core/call_graph.hpp>

#include "core/core_kit.hpp"

#include <rota/combine/as_completed.hpp>
#include <rota/combine/gather.hpp>
#include <rota/combine/select.hpp>
#include <rota/combine/shield.hpp>
#include <rota/combine/task_group.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/combine/wait.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

namespace {

using core_kit::run_simulated;
using core_kit::strings;
using rota::capture_call_graph;
using rota::coro;
using rota::create_task;
using rota::named;
using namespace std::chrono_literals;

coro<> sleeps() { co_await rota::sleep(1s); }
coro<> awaits(rota::task<> t) { co_await t; }
coro<> gathers(rota::task<> t) { co_await rota::gather(t, sleeps()); }
coro<> gathers_range(std::vector<rota::task<>> t) { co_await rota::gather(t); }
coro<> waits(rota::task<> t) { co_await rota::wait(t); }
coro<> waits_for(rota::task<> t) { co_await rota::wait_for(t, 1h); }
coro<> shields(rota::task<> t) { co_await rota::shield(t); }
coro<> selects(rota::task<> t) { co_await rota::select(t, sleeps()); }
coro<> draws(rota::task<> t) {
    auto finished = rota::as_completed(t);
    co_await finished.next();
}

strings awaiters(rota::call_graph const& graph) {
    strings names;
    for (auto const& waiter : graph.awaited_by) names.push_back(waiter.task.name());
    return names;
}

class CallGraph : public core_kit::test {};

TEST_F(CallGraph, ShowsWhoAwaitsByWhichever) {
    run_simulated([]() -> coro<> {
        auto const target = create_task(named("target"), sleeps());
        std::vector<rota::any_task> all;
        all.push_back(create_task(named("co_await"), awaits(target)));
        all.push_back(create_task(named("gather"), gathers(target)));
        all.push_back(create_task(named("gather range"), gathers_range({target, target})));
        all.push_back(create_task(named("wait"), waits(target)));
        all.push_back(create_task(named("wait_for"), waits_for(target)));
        all.push_back(create_task(named("shield"), shields(target)));
        all.push_back(create_task(named("as_completed"), draws(target)));
        all.push_back(create_task(named("select"), selects(target)));
        co_await rota::yield();
        EXPECT_EQ(awaiters(capture_call_graph(target)), (strings{"co_await", "gather", "gather range", "wait",
                                                                 "wait_for", "shield", "as_completed", "select"}));
        auto const of_waiter = capture_call_graph(all[1]);
        EXPECT_EQ(of_waiter.waits_for, "gather");
        EXPECT_TRUE(of_waiter.awaited_by.empty());
        co_await rota::gather(all);
        EXPECT_TRUE(capture_call_graph(target).awaited_by.empty());
        EXPECT_TRUE(capture_call_graph(target).call_stack.empty());
    });
}

TEST_F(CallGraph, ShowsTheOwnersOfWhatTheyMake) {
    run_simulated([]() -> coro<> {
        std::optional<rota::call_graph> of_child, of_grouped, of_drawn, of_joined;
        auto const child = [&](std::optional<rota::call_graph>& graph) -> coro<> {
            co_await rota::sleep(1s);
            graph = capture_call_graph();
        };
        auto const gatherer = create_task(named("gatherer"), rota::gather(child(of_child), sleeps()));
        co_await gatherer;
        auto const group_body = [&](rota::task_group& group) -> coro<> {
            group.create_task(child(of_grouped));
            co_return;
        };
        auto const grouping = [&]() -> coro<> { co_await rota::with_task_group(group_body); };
        auto const owner = create_task(named("owner"), grouping());
        co_await owner;
        auto const join_body = [&](rota::task_group& group) -> coro<> {
            group.create_task(child(of_joined));
            co_await group.join();
        };
        auto const joining = [&]() -> coro<> { co_await rota::with_task_group(join_body); };
        auto const joiner = create_task(named("joiner"), joining());
        co_await joiner;
        auto const draw = [&]() -> coro<> {
            std::vector<coro<>> coros;
            coros.push_back(child(of_drawn));
            auto const body = [](auto& finished) -> coro<> { co_await finished.next(); };
            co_await rota::with_as_completed(std::move(coros), body);
        };
        auto const drawer = create_task(named("drawer"), draw());
        co_await drawer;
        EXPECT_EQ(awaiters(of_child.value()), strings{"gatherer"});
        EXPECT_EQ(awaiters(of_grouped.value()), strings{"owner"});
        EXPECT_EQ(awaiters(of_joined.value()), strings{"joiner"});
        EXPECT_EQ(awaiters(of_drawn.value()), strings{"drawer"});
    });
}

TEST_F(CallGraph, OfAFutureShowsWhoAwaitsIt) {
    run_simulated([]() -> coro<> {
        auto const future = rota::create_future<int>();
        auto const get = [&]() -> coro<> { co_await future; };
        auto const task = create_task(named("getter"), get());
        co_await rota::yield();
        auto const graph = capture_call_graph(future);
        EXPECT_EQ(awaiters(graph), strings{"getter"});
        EXPECT_FALSE(graph.task);
        EXPECT_EQ(rota::format_call_graph(graph).substr(0, 9), "* Future\n");
        future.set_result(1);
        co_await task;
    });
}

TEST_F(CallGraph, GoesUpToTheTopWithLinesTheInnermostFirst) {
    run_simulated([]() -> coro<> {
        rota::current_task().set_name("main");
        std::optional<rota::call_graph> graph;
        unsigned line = 0;
        auto const inner = [&]() -> coro<> {
            co_await rota::yield();
            line = std::source_location::current().line() + 1;
            graph = capture_call_graph();
        };
        auto const outer = [&]() -> coro<> { co_await inner(); };
        auto const middle = [&]() -> coro<> {
            auto const child = create_task(named("child"), outer());
            co_await child;
        };
        auto const between = create_task(named("middle"), middle());
        co_await between;
        if (!graph) co_return;
        EXPECT_EQ(graph->task.name(), "child");
        EXPECT_EQ(graph->call_stack.size(), 2U);
        EXPECT_EQ(graph->call_stack.front().line(), line);
        EXPECT_EQ(graph->call_stack.back().line(), line + 2);
        EXPECT_EQ(awaiters(*graph), strings{"middle"});
        EXPECT_EQ(awaiters(graph->awaited_by.at(0)), strings{"main"});
        auto const text = rota::format_call_graph(*graph);
        EXPECT_EQ(text.find("* Task child\n  + Call stack:\n  |   "), 0U) << text;
        EXPECT_NE(text.find("call_graph_test.cpp:" + std::to_string(line) + "\n"), std::string::npos) << text;
        EXPECT_NE(text.find("  + Awaited by:\n     * Task middle, waits for another task\n"), std::string::npos)
            << text;
        EXPECT_NE(text.find("          * Task main, waits for another task\n"), std::string::npos) << text;
    });
}

TEST_F(CallGraph, DrawsATaskOnceAlsoInARing) {
    run_simulated([]() -> coro<> {
        rota::task<> first;
        auto const ring = [&]() -> coro<> {
            co_await rota::yield();
            co_await rota::shield(first);
        };
        first = create_task(named("first"), ring());
        auto const second = create_task(named("second"), awaits(first));
        first = second;
        co_await rota::sleep(1s);
        auto const graph = capture_call_graph(second);
        EXPECT_EQ(awaiters(graph), strings{"first"});
        auto const& again = graph.awaited_by.at(0).awaited_by.at(0);
        EXPECT_EQ(again.task, second);
        EXPECT_TRUE(again.repeated);
        EXPECT_TRUE(again.awaited_by.empty());
        EXPECT_NE(rota::format_call_graph(graph).find("shown above"), std::string::npos);
        second.cancel();
    });
}

TEST_F(CallGraph, OutsideTasksThereIsNone) {
    EXPECT_FALSE(capture_call_graph().has_value());
    run_simulated([]() -> coro<> {
        rota::running_loop().call_soon([] { EXPECT_FALSE(capture_call_graph().has_value()); });
        co_await rota::yield();
    });
}

TEST_F(CallGraph, IsPrinted) {
    std::FILE* const file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    rota::print_call_graph(file);
    EXPECT_EQ(std::ftell(file), 0);
    run_simulated([&]() -> coro<> {
        auto const task = create_task(named("printed"), sleeps());
        co_await rota::yield();
        rota::print_call_graph(task, file);
        rota::print_call_graph(file);
        co_await task;
    });
    std::rewind(file);
    char line[200] = {};
    EXPECT_NE(std::fgets(line, sizeof(line), file), nullptr);
    EXPECT_STREQ(line, "* Task printed, waits for sleep\n");
    std::fclose(file);
}

}  // namespace
