// Cancelled at every point, or short of memory: no permit, no lock and no notification is lost.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

/// Two more tasks come and go in the same room.
struct crowded : scenario {
    int inside = 0;
    int most = 0;
    coro<> stay(int how_long) {
        counted const here(inside);
        most = std::max(most, inside);
        co_await turns(how_long);
    }
    virtual coro<> visit(int how_long) = 0;
    coro<> visit_often(int how_long) {
        for (int i = 0; i < 3; ++i) {
            co_await visit(how_long);
            co_await rota::yield();
        }
    }
    coro<> subject() override { co_await visit_often(2); }
    coro<> environment() override {
        auto const other = create_task(visit_often(3));
        co_await visit_often(1);
        co_await other;
    }
};

template <class F>
struct at_exit {
    F f;
    ~at_exit() { f(); }
};

template <bool Scoped>
struct takes_a_lock : crowded {
    rota::lock room;
    coro<> visit(int how_long) override {
        if constexpr (Scoped) {
            auto const held = co_await room.scoped_acquire();
            co_await stay(how_long);
        } else {
            co_await room.acquire();
            at_exit const leaving{[this] { room.release(); }};
            co_await stay(how_long);
        }
    }
    coro<> verify() override {
        co_await visit(0);
        co_await turns(60);
        require(most == 1 && inside == 0, "two had the lock at once");
        require(!room.locked(), "the lock is lost");
    }
};
TEST(TortureLock, Acquire) { torture<takes_a_lock<false>>("lock.acquire"); }
TEST(TortureLock, ScopedAcquire) { torture<takes_a_lock<true>>("lock.scoped_acquire"); }

template <class Semaphore, bool Scoped>
struct takes_a_permit : crowded {
    Semaphore room{2};
    coro<> visit(int how_long) override {
        if constexpr (Scoped) {
            auto const held = co_await room.scoped_acquire();
            co_await stay(how_long);
        } else {
            co_await room.acquire();
            at_exit const leaving{[this] { room.release(); }};
            co_await stay(how_long);
        }
    }
    coro<> environment() override {
        auto const third = create_task(visit_often(4));
        co_await crowded::environment();
        co_await third;
    }
    coro<> verify() override {
        co_await turns(60);
        require(most <= 2 && inside == 0, "more were in than permits are");
        co_await room.acquire();
        require(!room.locked(), "a permit is lost");
        co_await room.acquire();
        require(room.locked(), "there is one permit too many");
    }
};
TEST(TortureSemaphore, Acquire) { torture<takes_a_permit<rota::semaphore, false>>("semaphore.acquire"); }
TEST(TortureSemaphore, ScopedAcquire) { torture<takes_a_permit<rota::semaphore, true>>("semaphore.scoped_acquire"); }
TEST(TortureSemaphore, BoundedAcquire) {
    torture<takes_a_permit<rota::bounded_semaphore, false>>("semaphore.acquire/bounded");
    torture<takes_a_permit<rota::bounded_semaphore, true>>("semaphore.scoped_acquire/bounded");
}

struct waits_for_an_event : scenario {
    rota::event go;
    int got = 0;
    int others = 0;
    coro<> wait(int& count) {
        require(co_await go.wait(), "an event that was waited for is not set");
        ++count;
    }
    coro<> subject() override {
        co_await wait(got);
        co_await wait(got);
        co_await rota::yield();
    }
    coro<> environment() override {
        auto const other = create_task(wait(others));
        co_await turns(3);
        go.set();
        go.clear();  // who waited gets through all the same
        co_await turns(3);
        go.set();
        co_await other;
    }
    coro<> verify() override {
        co_await wait(got);
        co_await turns(10);
        require(others == 1 && go.is_set(), "another waiter was left behind");
    }
};
TEST(TortureEvent, Wait) { torture<waits_for_an_event>("event.wait"); }

/// As many notifications as items, and fewer than waiters: where the subject leaves with one, another must have it.
template <int Form>
struct consumes_by_condition : scenario {
    rota::condition changed;
    int items = 0;
    int put = 0;
    int taken = 0;
    int waiting = 0;
    std::vector<rota::task<>> others;
    coro<> take() {
        counted const here(waiting);
        if constexpr (Form == 0) {
            auto const held = co_await changed.scoped_acquire();
            while (items == 0) {
                co_await changed.wait();
                require(changed.locked(), "it returned without the lock");
            }
            --items;
        } else if constexpr (Form == 1) {
            auto const held = co_await changed.scoped_acquire();
            co_await changed.wait_for([this] { return items > 0; });
            --items;
        } else {
            co_await changed.acquire();
            at_exit const leaving{[this] { changed.release(); }};
            while (items == 0) co_await changed.wait();
            --items;
        }
        ++taken;
    }
    coro<> put_one() {
        auto const held = co_await changed.scoped_acquire();
        co_await rota::yield();
        ++items;
        ++put;
        changed.notify();
        // Who was notified waits for the lock meanwhile.
        co_await turns(2);
    }
    coro<> subject() override {
        co_await take();
        co_await rota::yield();
    }
    coro<> environment() override {
        co_await turns(2);
        for (int i = 0; i < 2; ++i) others.push_back(create_task(take()));
        for (int i = 0; i < 2; ++i) {
            co_await turns(2);
            co_await put_one();
        }
    }
    coro<> verify() override {
        while (put < 2) co_await rota::yield();
        co_await turns(20);
        require(items == 0 || waiting == 0, "a notification is lost");
        while (waiting > 0) {
            co_await put_one();
            co_await turns(5);
        }
        for (auto const& each : others) require(each.done(), "a waiter was left behind");
        require(items + taken == put, "an item is lost");
        require(!changed.locked(), "the lock is lost");
    }
};
TEST(TortureCondition, Wait) { torture<consumes_by_condition<0>>("condition.wait, condition.scoped_acquire"); }
TEST(TortureCondition, WaitFor) { torture<consumes_by_condition<1>>("condition.wait_for"); }
TEST(TortureCondition, Acquire) { torture<consumes_by_condition<2>>("condition.acquire"); }

struct meets_at_a_barrier : scenario {
    rota::barrier meeting{3};
    int passed = 0;
    std::size_t positions = 0;
    coro<> pass() {
        positions += co_await meeting.wait();
        ++passed;
    }
    coro<> subject() override {
        co_await pass();
        co_await pass();
    }
    coro<> environment() override {
        // When one of them fails the other is not left waiting for it.
        co_await rota::gather(pass_twice(), pass_twice_later());
    }
    coro<> pass_twice_later() {
        co_await rota::yield();
        co_await pass_twice();
    }
    coro<> pass_twice() {
        co_await turns(2);
        co_await pass();
        co_await rota::yield();
        co_await pass();
    }
    coro<> verify() override {
        co_await turns(30);
        require(meeting.n_waiting() == 0 || meeting.n_waiting() == 2, "one who left is still counted");
        while (passed < 6) {
            co_await pass();
            co_await turns(10);
        }
        require(passed == 6 && positions == 6 && !meeting.broken(), "a place is lost");
    }
};
TEST(TortureBarrier, Wait) { torture<meets_at_a_barrier>("barrier.wait"); }

struct waits_at_a_broken_barrier : scenario {
    rota::barrier meeting{2};
    bool broken = false;
    bool was_reset = false;
    coro<> subject() override {
        try {
            co_await meeting.wait();
        } catch (rota::broken_barrier_error const&) {
            broken = true;
        }
        require(broken, "a broken barrier let it pass");
        co_await rota::yield();
    }
    coro<> environment() override {
        co_await turns(3);
        meeting.abort();
        co_await turns(3);
        meeting.reset();
        was_reset = true;
        co_await meeting.wait();
    }
    coro<> verify() override {
        while (!was_reset || meeting.n_waiting() == 0) co_await rota::yield();
        co_await meeting.wait();
    }
};
TEST(TortureBarrier, Broken) { torture<waits_at_a_broken_barrier>("barrier.wait/broken"); }

}  // namespace
