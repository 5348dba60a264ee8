// The samples in the headers of sync/ and testing/, each where a reader could have put it.
#include <rota/rota.hpp>
#include <rota/testing/torture.hpp>

#include <gtest/gtest.h>

namespace {

rota::runner_options simulated() { return rota::runner_options(rota::engine_kind::simulated); }

TEST(sync_samples, lock) {
    bool locked = false;
    auto const main = [&]() -> rota::coro<> {
        rota::lock lock;
        auto held = co_await lock.scoped_acquire();
        locked = lock.locked();
    };
    rota::run(simulated(), main());
    EXPECT_TRUE(locked);
}

TEST(sync_samples, semaphore) {
    bool locked = false;
    auto const main = [&]() -> rota::coro<> {
        rota::semaphore semaphore(1);
        auto permit = co_await semaphore.scoped_acquire();
        locked = semaphore.locked();
    };
    rota::run(simulated(), main());
    EXPECT_TRUE(locked);
}

TEST(sync_samples, condition) {
    std::vector<int> items;
    rota::condition changed;
    bool seen = false;
    auto const taker = [&]() -> rota::coro<> {
        auto held = co_await changed.scoped_acquire();
        co_await changed.wait_for([&] { return !items.empty(); });
        seen = !items.empty();
    };
    auto const giver = [&]() -> rota::coro<> {
        auto held = co_await changed.scoped_acquire();
        items.push_back(1);
        changed.notify();
    };
    auto const main = [&]() -> rota::coro<> { co_await rota::gather(taker(), giver()); };
    rota::run(simulated(), main());
    EXPECT_TRUE(seen);
}

TEST(sync_samples, queue_next) {
    rota::queue<int> jobs;
    int worked = 0;
    auto const work_on = [&](int job) { worked += job; };
    auto const main = [&]() -> rota::coro<> {
        jobs.put_nowait(1);
        jobs.put_nowait(2);
        jobs.shutdown();
        while (auto item = co_await jobs.next()) work_on(*item);
    };
    rota::run(simulated(), main());
    EXPECT_EQ(worked, 3);
}

TEST(testing_samples, scenario) {
    struct get_an_item : rota::testing::scenario {
        rota::queue<int> items;
        int got = 0;
        rota::coro<> subject() override { got = co_await items.get(); }
        rota::coro<> environment() override { co_await items.put(7); }
        rota::coro<> verify() override {
            require(got == 7 || items.qsize() == 1, "the item is lost");
            co_return;
        }
    };
    auto const report = rota::testing::cancel_torture([] { return std::make_unique<get_an_item>(); });
    EXPECT_GT(report.stopped, 0U);
}

}  // namespace
