// What the core allocates: frames and task blocks by their counters, all else by this program's own operator new.
#include "core/core_kit.hpp"

#include <rota/core/async_generator.hpp>
#include <rota/core/future.hpp>
#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/timer_queue.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

// The sanitizers keep their own: they would no longer see which delete goes with which new.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_OPERATOR_NEW 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_OPERATOR_NEW 0
#else
#define OWN_OPERATOR_NEW 1
#endif
#else
#define OWN_OPERATOR_NEW 1
#endif

namespace {

thread_local std::uint64_t heap_allocations = 0;

#if OWN_OPERATOR_NEW
thread_local std::uint64_t heap_failing = 0;  // the count at which to fail; 0: never

void* counted(void* block) {
    if (++heap_allocations == heap_failing) {
        std::free(block);
        block = nullptr;
    }
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
#endif

}  // namespace

#if OWN_OPERATOR_NEW
void* operator new(std::size_t size) { return counted(std::malloc(size == 0 ? 1 : size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    auto const align = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(align, (size + align - 1) / align * align));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
#endif

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Allocation : public core_kit::test {};

struct taken {
    std::uint64_t frames = rota::detail::frame_pool::count().taken;
    std::uint64_t tasks = rota::detail::slab_store::count().taken;
    std::uint64_t heap = heap_allocations;

    friend taken operator-(taken const& a, taken const& b) {
        taken difference;
        difference.frames = a.frames - b.frames;
        difference.tasks = a.tasks - b.tasks;
        difference.heap = a.heap - b.heap;
        return difference;
    }
};

#define EXPECT_NOTHING_TAKEN(since)                \
    do {                                           \
        auto const since_then = taken() - (since); \
        EXPECT_EQ(since_then.frames, 0U);          \
        EXPECT_EQ(since_then.tasks, 0U);           \
        EXPECT_EQ(since_then.heap, 0U);            \
    } while (false)

// A frame a call. Clang may put a child's frame into its caller's, where it optimizes.
void expect_frames(std::uint64_t taken, std::uint64_t calls) {
#if defined(__clang__) && defined(__OPTIMIZE__)
    EXPECT_LE(taken, calls);
#else
    EXPECT_EQ(taken, calls);
#endif
}

coro<int> add(int a, int b) { co_return a + b; }
coro<int> add_later(int a, int b) {
    co_await rota::yield();
    co_return a + b;
}

// Everything once, so that slabs are there.
coro<> warm_up() {
    for (int i = 0; i < 3; ++i) {
        (void)co_await add_later(1, 2);
        (void)co_await rota::create_task(add_later, 1, 2);
        co_await rota::sleep(1ms);
    }
}

TEST_F(Allocation, ACoroutineCallTakesOneFrame) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        taken const before;
        for (int i = 0; i < 100; ++i) (void)co_await add(i, 1);
        for (int i = 0; i < 100; ++i) (void)co_await add_later(i, 1);
        auto const used = taken() - before;
        expect_frames(used.frames, 200);
        EXPECT_EQ(used.tasks, 0U);
        EXPECT_EQ(used.heap, 0U);
    });
}

TEST_F(Allocation, ATaskTakesOneFrameAndOneBlock) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        taken const before;
        for (int i = 0; i < 100; ++i) (void)co_await rota::create_task(add_later(i, 1));
        auto const used = taken() - before;
        EXPECT_EQ(used.frames, 100U);
        EXPECT_EQ(used.tasks, 100U);
        EXPECT_EQ(used.heap, 0U);
    });
}

TEST_F(Allocation, ATaskOfAFunctionTakesOneFrameMore) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        taken const before;
        for (int i = 0; i < 100; ++i) (void)co_await rota::create_task(add_later, i, 1);
        auto const used = taken() - before;
        expect_frames(used.frames, 200);
        EXPECT_GE(used.frames, 100U);
        EXPECT_EQ(used.tasks, 100U);
        EXPECT_EQ(used.heap, 0U);
    });
}

rota::async_generator<std::string> texts(bool yields) {
    std::string const text(100, 'x');
    for (int i = 0; i < 100; ++i) {
        if (yields) co_await rota::yield();
        co_yield text;
    }
}
TEST_F(Allocation, AGeneratorTakesOneFrameAndItsItemsNothing) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        for (bool const yields : {false, true}) {
            taken const before;
            std::size_t length = 0;
            auto gen = texts(yields);
            (void)co_await gen.next();
            EXPECT_LE((taken() - before).frames, 1U);
            taken const begun;
            while (auto text = co_await gen.next()) length += text->size();
            EXPECT_EQ(length, 9'900U);
            EXPECT_NOTHING_TAKEN(begun);
        }
    });
}

TEST_F(Allocation, YieldsAndSleepsTakeNothing) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        taken const before;
        for (int i = 0; i < 100; ++i) {
            co_await rota::yield();
            co_await rota::sleep(0s);
            co_await rota::sleep(3ms);
            co_await rota::sleep(1h);
            co_await rota::sleep_until(rota::clock::now() + 1s);
        }
        EXPECT_NOTHING_TAKEN(before);
    });
}

TEST_F(Allocation, AwaitingATaskTakesNothingWhetherItIsDoneOrNot) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        auto const task = rota::create_task(add_later(1, 2));
        auto const other = rota::create_task(add_later(1, 2));
        taken const before;
        EXPECT_EQ(co_await task, 3);
        for (int i = 0; i < 100; ++i) (void)co_await task;
        auto const result = co_await rota::as_result(other);
        EXPECT_TRUE(result);
        EXPECT_NOTHING_TAKEN(before);
    });
}

TEST_F(Allocation, AwaitingAFutureTakesNothing) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        auto const future = rota::create_future<int>();
        auto const set = [&]() -> coro<> {
            future.set_result(1);
            co_return;
        };
        auto const setter = rota::create_task(set());
        taken const before;
        EXPECT_EQ(co_await future, 1);
        EXPECT_EQ(co_await future, 1);
        EXPECT_NOTHING_TAKEN(before);
        co_await setter;
    });
}

TEST_F(Allocation, AShieldTakesNothing) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        taken const before;
        for (int i = 0; i < 100; ++i) co_await rota::with_shield(rota::sleep(1ms));
        EXPECT_NOTHING_TAKEN(before);
    });
}

TEST_F(Allocation, AskingForACancelTakesNothing) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        auto const sleeper = rota::create_task(rota::sleep(1h));
        auto const await_it = [&]() -> coro<> { co_await sleeper; };
        auto const waiter = rota::create_task(await_it());
        co_await rota::yield();
        co_await rota::yield();
        taken const before;
        waiter.cancel();
        EXPECT_NOTHING_TAKEN(before);
        EXPECT_THROW(co_await waiter, rota::cancelled_error);
    });
}

TEST_F(Allocation, ACallbackTakesOneBlock) {
    run_simulated([]() -> coro<> {
        co_await warm_up();
        rota::running_loop().call_later(1ms, [] {});
        co_await rota::sleep(1s);
        taken const before;
        int calls = 0;
        for (int i = 0; i < 100; ++i) {
            rota::running_loop().call_soon([&] { ++calls; });
            rota::running_loop().call_later(1ms, [&] { ++calls; });
            co_await rota::sleep(1s);
        }
        auto const used = taken() - before;
        EXPECT_EQ(calls, 200);
        EXPECT_EQ(used.frames, 200U);
        EXPECT_EQ(used.heap, 0U);
    });
}

TEST_F(Allocation, ManyTimersOfOneTickTakeOnlyWhatTheirOrderNeeds) {
    run_simulated([]() -> coro<> {
        auto const nap = [](int i) -> coro<> { co_await rota::sleep(10ms + i * 1us); };
        auto const all = [&]() -> coro<> {
            std::vector<rota::task<>> tasks;
            tasks.reserve(500);
            for (int i = 0; i < 500; ++i) tasks.push_back(rota::create_task(nap(i)));
            for (auto const& task : tasks) co_await task;
        };
        co_await all();
        taken const before;
        co_await all();
        EXPECT_LE((taken() - before).heap, 1U);  // the test's own vector
    });
}

#if OWN_OPERATOR_NEW
struct test_timer final : rota::detail::timer_node {
    explicit test_timer(std::vector<int>& fired_, int number_) : fired(fired_), number(number_) {}
    bool cancel(rota::detail::task_state&) noexcept override { return false; }
    char const* waits_for() const noexcept override { return "a test"; }
    void fire() noexcept override { fired.push_back(number); }
    std::vector<int>& fired;
    int number;
};

TEST_F(Allocation, WithoutMemoryTimersStillFireInOrderAFewAtATime) {
    std::vector<int> fired;
    fired.reserve(1000);
    std::vector<std::unique_ptr<test_timer>> timers;
    rota::detail::timer_queue queue;
    auto const tick = std::int64_t{1} << 20;
    for (int i = 0; i < 300; ++i) {
        timers.push_back(std::make_unique<test_timer>(fired, i));
        queue.arm(*timers.back(), rota::clock::time_point(rota::clock::duration(5 * tick + i)));
    }
    heap_failing = heap_allocations + 1;
    for (int looks = 0; !queue.empty() && looks < 100; ++looks) {
        queue.advance(rota::clock::time_point(rota::clock::duration(6 * tick)));
        heap_failing = heap_allocations + 1;
    }
    heap_failing = 0;
    std::vector<int> expected;
    for (int i = 0; i < 300; ++i) expected.push_back(i);
    EXPECT_EQ(fired, expected);
}

TEST_F(Allocation, EachAllocationOfARunMayFail) {
    auto const body = []() -> coro<int> {
        auto const child = [](std::string text) -> coro<int> {
            co_await rota::sleep(1ms);
            co_return static_cast<int>(text.size());
        };
        auto const future = rota::create_future<int>();
        rota::running_loop().call_later(1ms, [future] {
            if (!future.done()) future.set_result(1);
        });
        auto const task = rota::create_task(rota::named("a name longer than any small string holds"), child, "four");
        int const sum = co_await future + co_await task;
        co_return sum + static_cast<int>(rota::all_tasks().size());
    };
    int failures = 0;
    for (std::uint64_t n = 1; n < 1000; ++n) {
        heap_failing = heap_allocations + n;
        bool failed = false;
        int got = 0;
        try {
            got = run_simulated(body);
        } catch (std::bad_alloc const&) {
            failed = true;
        }
        bool const reached = heap_allocations >= heap_failing;
        heap_failing = 0;
        if (!reached) break;
        ++failures;
        EXPECT_TRUE(failed || got == 6) << n << " gave " << got;
    }
    EXPECT_GE(failures, 2);
}
#endif

}  // namespace
