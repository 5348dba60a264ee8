#include <rota/core/debug.hpp>
#include <rota/sync/barrier.hpp>
#include <rota/sync/condition.hpp>
#include <rota/sync/event.hpp>
#include <rota/sync/lock.hpp>
#include <rota/sync/queue.hpp>
#include <rota/sync/semaphore.hpp>

#include "simulate.hpp"

#include <functional>
#include <thread>

namespace {

using rota::coro;
using rota::create_task;

class WrongThread : public testing::Test {
protected:
    void SetUp() override { rota::set_debug_mode(true); }
    void TearDown() override { rota::set_debug_mode(before_); }

private:
    bool before_ = rota::debug_mode();
};

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

void expect_refused(std::string const& name, std::function<void()> const& use) {
    auto const text = thrown_in_another_thread(use);
    EXPECT_EQ(text.rfind(name + ": called from a thread that is not its loop's", 0), 0U) << text;
}

template <class Awaitable>
coro<> await_it(Awaitable awaitable) {
    co_await std::move(awaitable);
}

TEST_F(WrongThread, WhereATaskWaitsALockSemaphoreOrEventIsRefusedAndUnchanged) {
    simulate([]() -> coro<> {
        rota::lock lock;
        rota::semaphore semaphore(0);
        rota::event event;
        co_await lock.acquire();
        auto a = create_task(await_it(lock.acquire()));
        auto b = create_task(await_it(semaphore.acquire()));
        auto c = create_task(await_it(event.wait()));
        co_await settle();
        expect_refused("lock.release", [&] { lock.release(); });
        expect_refused("semaphore.release", [&] { semaphore.release(); });
        expect_refused("event.set", [&] { event.set(); });
        EXPECT_TRUE(lock.locked());
        EXPECT_FALSE(event.is_set());
        lock.release();
        semaphore.release();
        event.set();
        co_await a;
        co_await b;
        co_await c;
    });
}

TEST_F(WrongThread, WhereATaskWaitsAConditionOrBarrierIsRefusedAndUnchanged) {
    simulate([]() -> coro<> {
        rota::condition condition;
        rota::barrier barrier(2);
        auto const waits = [&]() -> coro<> {
            auto held = co_await condition.scoped_acquire();
            co_await condition.wait();
        };
        auto a = create_task(waits);
        auto b = create_task(await_it(barrier.wait()));
        co_await settle();
        auto held = co_await condition.scoped_acquire();
        expect_refused("condition.notify", [&] { condition.notify(); });
        expect_refused("barrier.abort", [&] { barrier.abort(); });
        expect_refused("barrier.reset", [&] { barrier.reset(); });
        EXPECT_FALSE(barrier.broken());
        EXPECT_EQ(barrier.n_waiting(), 1U);
        condition.notify();
        held.release();
        co_await barrier.wait();
        co_await a;
        co_await b;
    });
}

TEST_F(WrongThread, WhereATaskWaitsAQueueIsRefusedAndUnchanged) {
    simulate([]() -> coro<> {
        rota::queue<int> empty;
        rota::queue<int> full(1);
        full.put_nowait(1);
        auto a = create_task(await_it(empty.get()));
        auto b = create_task(await_it(full.put(2)));
        auto c = create_task(await_it(full.join()));
        co_await settle();
        expect_refused("queue.put_nowait", [&] { empty.put_nowait(1); });
        expect_refused("queue.get_nowait", [&] { (void)full.get_nowait(); });
        expect_refused("queue.task_done", [&] { full.task_done(); });
        expect_refused("queue.shutdown", [&] { empty.shutdown(); });
        EXPECT_EQ(full.qsize(), 1U);
        empty.put_nowait(1);
        EXPECT_EQ(full.get_nowait(), 1);
        full.task_done();
        full.task_done();
        co_await a;
        co_await b;
        co_await c;
    });
}

TEST_F(WrongThread, WhereNobodyWaitsTheyBelongToNoLoop) {
    simulate([]() -> coro<> {
        rota::event event;
        rota::queue<int> queue;
        EXPECT_EQ(thrown_in_another_thread([&] {
                      event.set();
                      queue.put_nowait(1);
                  }),
                  "nothing");
        EXPECT_TRUE(co_await event.wait());
        EXPECT_EQ(co_await queue.get(), 1);
    });
}

// A guard's end can not throw.
TEST_F(WrongThread, AGuardThatEndsThereIsReported) {
    testing::internal::CaptureStderr();
    simulate([]() -> coro<> {
        rota::lock lock;
        auto held = co_await lock.scoped_acquire();
        auto a = create_task(rota::named("waiter"), await_it(lock.acquire()));
        co_await settle();
        std::thread([&] { auto const dropped = std::move(held); }).join();
        co_await a;
    });
    auto const told = testing::internal::GetCapturedStderr();
    EXPECT_EQ(told.rfind("rota debug: waiter was woken from a thread that is not its loop's", 0), 0U) << told;
}

}  // namespace
