// What awaits allocate: nothing. Counted in the frame pool, in the slabs and in the general allocator, which this file
// replaces for its program.
#include "simulate.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/sync/barrier.hpp>
#include <rota/sync/condition.hpp>
#include <rota/sync/event.hpp>
#include <rota/sync/lock.hpp>
#include <rota/sync/queue.hpp>
#include <rota/sync/semaphore.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

std::uint64_t general_allocations = 0;
bool general_allocator_fails = false;

[[maybe_unused]] void* allocate(std::size_t size) {
    ++general_allocations;
    if (general_allocator_fails) throw std::bad_alloc();
    void* const block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

}  // namespace

// Clang's TSan brings its own and lets nobody replace them: there the general allocator is neither counted nor made to fail.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OWN_OPERATOR_NEW 0
#endif
#endif
#ifndef OWN_OPERATOR_NEW
#define OWN_OPERATOR_NEW 1
#endif
#if OWN_OPERATOR_NEW
// Not inlined: GCC would see a `free` of what `new` gave, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) { return allocate(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate(size); }
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete[](void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
#endif

namespace {

using rota::coro;
using rota::create_task;

std::uint64_t allocations() {
    return general_allocations + rota::detail::frame_pool::count().taken + rota::detail::slab_store::count().taken;
}

// Runs `first` and `second` side by side, each to its end, and says how much was allocated from their first turns on. Both
// may still allocate when they begin: what is counted is what comes after their first suspension.
template <class First, class Second>
std::uint64_t allocated_by(First first, Second second) {
    std::uint64_t allocated = 0;
    auto main = [&]() -> coro<> {
        auto a = create_task(first);
        auto b = create_task(second);
        co_await rota::yield();
        co_await rota::yield();
        auto const before = allocations();
        while (!a.done() || !b.done()) co_await rota::yield();
        allocated = allocations() - before;
    };
    simulate(main);
    return allocated;
}

constexpr int rounds = 1000;

TEST(SyncAllocations, AreNoneForALock) {
    rota::lock l;
    auto use = [&]() -> coro<> {
        co_await rota::yield();
        for (int i = 0; i < rounds; ++i) {
            co_await l.acquire();
            co_await rota::yield();
            l.release();
            auto held = co_await l.scoped_acquire();
            co_await rota::yield();
        }
    };
    EXPECT_EQ(allocated_by(use, use), 0U);
}

TEST(SyncAllocations, AreNoneForASemaphore) {
    rota::semaphore s;
    auto use = [&]() -> coro<> {
        co_await rota::yield();
        for (int i = 0; i < rounds; ++i) {
            auto permit = co_await s.scoped_acquire();
            co_await rota::yield();
        }
    };
    EXPECT_EQ(allocated_by(use, use), 0U);
}

TEST(SyncAllocations, AreNoneForAnEvent) {
    rota::event e;
    auto waits = [&]() -> coro<> {
        co_await rota::yield();
        for (int i = 0; i < rounds; ++i) {
            co_await e.wait();
            e.clear();
        }
    };
    auto sets = [&]() -> coro<> {
        co_await rota::yield();
        for (int i = 0; i < rounds; ++i) {
            e.set();
            co_await rota::yield();
        }
    };
    EXPECT_EQ(allocated_by(waits, sets), 0U);
}

TEST(SyncAllocations, AreNoneForAConditionsWait) {
    rota::condition c;
    bool stop = false;
    auto waits = [&]() -> coro<> {
        co_await rota::yield();
        auto held = co_await c.scoped_acquire();
        for (int i = 0; i < rounds; ++i) co_await c.wait();
        stop = true;
    };
    auto notifies = [&]() -> coro<> {
        co_await rota::yield();
        while (!stop) {
            {
                auto held = co_await c.scoped_acquire();
                c.notify();
            }
            co_await rota::yield();
        }
    };
    EXPECT_EQ(allocated_by(waits, notifies), 0U);
}

TEST(SyncAllocations, AreNoneForABarrier) {
    rota::barrier b(2);
    auto use = [&]() -> coro<> {
        co_await rota::yield();
        for (int i = 0; i < rounds; ++i) co_await b.wait();
    };
    EXPECT_EQ(allocated_by(use, use), 0U);
}

TEST(SyncAllocations, AreNoneForQueueItemsOfABoundedQueue) {
    for (std::size_t maxsize : {1U, 1024U}) {
        rota::queue<int> q(maxsize);
        // The storage grows up to the limit, once.
        for (std::size_t i = 0; i < maxsize; ++i) q.put_nowait(0);
        while (!q.empty()) (void)q.get_nowait();
        auto puts = [&]() -> coro<> {
            co_await rota::yield();
            for (int i = 0; i < rounds; ++i) co_await q.put(i);
        };
        auto gets = [&]() -> coro<> {
            co_await rota::yield();
            for (int i = 0; i < rounds; ++i) (void)co_await q.get();
        };
        EXPECT_EQ(allocated_by(puts, gets), 0U) << maxsize;
    }
}

TEST(SyncAllocations, FailedInAPutLosesNothing) {
    if (!OWN_OPERATOR_NEW) GTEST_SKIP() << "the general allocator is the sanitizer's and can not be made to fail";
    auto main = []() -> coro<> {
        rota::queue<std::unique_ptr<int>> q;
        int put = 0;
        while (put < 100) {
            auto item = std::make_unique<int>(put);
            general_allocator_fails = true;
            try {
                co_await q.put(std::move(item));
                ++put;
            } catch (std::bad_alloc const&) {
                general_allocator_fails = false;
                // It failed where the storage had to grow; with memory again it grows.
                q.put_nowait(std::make_unique<int>(put++));
            }
            general_allocator_fails = false;
        }
        EXPECT_EQ(q.size(), 100U);
        for (int i = 0; i < 100; ++i) {
            auto const item = co_await q.get();
            EXPECT_EQ(*item, i);
            q.task_done();
        }
        co_await q.join();
    };
    simulate(main);
}

TEST(SyncAllocations, FailedInAPutNowaitLeavesTheItem) {
    if (!OWN_OPERATOR_NEW) GTEST_SKIP() << "the general allocator is the sanitizer's and can not be made to fail";
    rota::queue<std::unique_ptr<int>> fifo;
    rota::lifo_queue<std::unique_ptr<int>> lifo;
    rota::priority_queue<std::unique_ptr<int>> priority;
    auto item = std::make_unique<int>(1);
    auto const refuses = [&](auto& q) {
        general_allocator_fails = true;
        bool refused = false;
        try {
            q.put_nowait(std::move(item));
        } catch (std::bad_alloc const&) {
            refused = true;
        }
        general_allocator_fails = false;
        EXPECT_TRUE(refused);
        EXPECT_TRUE(q.empty());
        EXPECT_NE(item, nullptr);
    };
    refuses(fifo);
    refuses(lifo);
    refuses(priority);
}

}  // namespace
