// However long a chain or a loop of awaits is, it needs no more of the machine's stack: all of this runs on 1 MiB of it.
#include "core/core_kit.hpp"

#include <rota/core/async_generator.hpp>
#include <rota/core/future.hpp>
#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_cleanup.hpp>

#include <gtest/gtest.h>

#include <pthread.h>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

constexpr int loops = 10'000'000;
constexpr int deep = 1'000'000;

coro<int> one() { co_return 1; }

class StackDepth : public testing::Test {
protected:
    // The body on a thread of its own, whose stack is as small as `ulimit -s 1024` makes the first thread's.
    template <class F>
    static void on_small_stack(F body) {
        std::function<void()> const simulated = [&] {
            run_simulated(one());  // the thread has its pools from then on
            core_kit::live_blocks const before;
            run_simulated(body);
            EXPECT_EQ(core_kit::live_blocks(), before);
        };
        pthread_attr_t attributes;
        ASSERT_EQ(pthread_attr_init(&attributes), 0);
        ASSERT_EQ(pthread_attr_setstacksize(&attributes, std::size_t{1024} * 1024), 0);
        pthread_t thread{};
        auto const run = [](void* f) -> void* {
            (*static_cast<std::function<void()> const*>(f))();
            return nullptr;
        };
        ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&simulated)), 0);
        ASSERT_EQ(pthread_join(thread, nullptr), 0);
        pthread_attr_destroy(&attributes);
    }
};

coro<int> one_later() {
    co_await rota::yield();
    co_return 1;
}

TEST_F(StackDepth, AwaitsThatFinishAtOnceInALoop) {
    on_small_stack([]() -> coro<> {
        std::int64_t sum = 0;
        for (int i = 0; i < loops; ++i) sum += co_await one();
        EXPECT_EQ(sum, loops);
    });
}

TEST_F(StackDepth, AwaitsThatSuspendInALoop) {
    on_small_stack([]() -> coro<> {
        std::int64_t sum = 0;
        for (int i = 0; i < loops; ++i) sum += co_await one_later();
        EXPECT_EQ(sum, loops);
    });
}

TEST_F(StackDepth, AwaitsOfAFinishedTaskInALoop) {
    on_small_stack([]() -> coro<> {
        std::int64_t sum = 0;
        auto const task = rota::create_task(one());
        for (int i = 0; i < loops; ++i) sum += co_await task;
        EXPECT_EQ(sum, loops);
    });
}

coro<int> nest(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await nest(depth - 1);
}
TEST_F(StackDepth, NestedCoroutinesThatFinishAtOnce) {
    on_small_stack([]() -> coro<> { EXPECT_EQ(co_await nest(deep), deep); });
}

coro<int> nest_and_yield(int depth) {
    if (depth == 0) {
        co_await rota::yield();
        co_return 0;
    }
    co_return 1 + co_await nest_and_yield(depth - 1);
}
TEST_F(StackDepth, NestedCoroutinesThatSuspendAtTheBottom) {
    on_small_stack([]() -> coro<> { EXPECT_EQ(co_await nest_and_yield(deep), deep); });
}

coro<int> nest_and_throw(int depth) {
    if (depth == 0) throw std::runtime_error("bottom");
    co_return 1 + co_await nest_and_throw(depth - 1);
}
TEST_F(StackDepth, NestedCoroutinesThatThrowFromTheBottom) {
    on_small_stack([]() -> coro<> { EXPECT_THROW((void)co_await nest_and_throw(deep), std::runtime_error); });
}

coro<> nest_and_sleep(int depth) {
    if (depth == 0)
        co_await rota::sleep(1h);
    else
        co_await nest_and_sleep(depth - 1);
}
TEST_F(StackDepth, NestedCoroutinesThatAreCancelledAtTheBottom) {
    on_small_stack([]() -> coro<> {
        auto const task = rota::create_task(nest_and_sleep(deep));
        co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
}

TEST_F(StackDepth, NestedCoroutinesThatTheEndOfTheRunTearsDown) {
    on_small_stack([]() -> coro<> {
        rota::create_task(nest_and_sleep(deep));
        co_await rota::yield();
    });
}

coro<int> nest_results(int depth) {
    if (depth == 0) throw std::runtime_error("bottom");
    auto const inner = co_await rota::as_result(nest_results(depth - 1));
    co_return inner ? inner.value() + 1 : 0;
}
TEST_F(StackDepth, NestedResults) {
    on_small_stack([]() -> coro<> { EXPECT_EQ(co_await nest_results(deep / 10), deep / 10 - 1); });
}

coro<int> nest_cleanups(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await rota::with_cleanup(nest_cleanups(depth - 1), rota::yield());
}
TEST_F(StackDepth, NestedCleanUps) {
    on_small_stack([]() -> coro<> { EXPECT_EQ(co_await nest_cleanups(deep / 100), deep / 100); });
}

TEST_F(StackDepth, ARowOfTasksThatAwaitEachOtherIsCancelledAndEnds) {
    on_small_stack([]() -> coro<> {
        auto const await_one = [](rota::task<> other) -> coro<> { co_await other; };
        auto last = rota::create_task(nest_and_sleep(0));
        for (int i = 0; i < deep / 10; ++i) last = rota::create_task(await_one(last));
        co_await rota::yield();
        last.cancel();
        EXPECT_THROW(co_await last, rota::cancelled_error);
    });
}

rota::async_generator<int> count_to(int n, bool yields) {
    for (int i = 0; i < n; ++i) {
        if (yields) co_await rota::yield();
        co_yield i;
    }
}
TEST_F(StackDepth, GeneratorsOfManyItems) {
    for (bool const yields : {false, true}) {
        on_small_stack([yields]() -> coro<> {
            std::int64_t sum = 0;
            auto gen = count_to(loops, yields);
            while (auto item = co_await gen.next()) sum += *item;
            EXPECT_EQ(sum, std::int64_t{loops} * (loops - 1) / 2);
        });
    }
}

rota::async_generator<int> draw_from(int depth, bool yields) {
    if (depth == 0) {
        for (int i = 0; i < 3; ++i) {
            if (yields) co_await rota::yield();
            co_yield 1;
        }
        co_return;
    }
    auto below = draw_from(depth - 1, yields);
    while (auto item = co_await below.next()) co_yield 1 + *item;
}
TEST_F(StackDepth, GeneratorsThatDrawFromOneAnother) {
    constexpr int nested = deep / 10;
    for (bool const yields : {false, true}) {
        on_small_stack([yields]() -> coro<> {
            int items = 0;
            auto gen = draw_from(nested, yields);
            while (auto item = co_await gen.next()) {
                EXPECT_EQ(*item, nested + 1);
                ++items;
            }
            EXPECT_EQ(items, 3);
        });
    }
}

}  // namespace
