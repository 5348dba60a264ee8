#include "engine/blocking_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <semaphore>

namespace {

using rota::blocking_operation;
using rota::operation;
using rota::detail::blocking_pool;
using rota::detail::operation_list;

struct job : blocking_operation {
    explicit job(std::function<void()> to_do) : blocking_operation(&work, [](operation&) noexcept {}), task(to_do) {}
    std::function<void()> task;

private:
    static void work(blocking_operation& op) noexcept { static_cast<job&>(op).task(); }
};

/// A pool, and what its owner sees of it.
class blocking_pool_test : public testing::Test {
protected:
    void make(std::uint32_t limit) {
        pool = std::make_unique<blocking_pool>(
            limit, [](void* self) noexcept { static_cast<blocking_pool_test*>(self)->notified.release(); }, this);
    }

    /// Waits for `count` of them to finish, and gives them in their order.
    std::vector<operation*> collect(std::size_t count) {
        std::vector<operation*> finished;
        while (finished.size() < count) {
            notified.acquire();
            operation_list list;
            pool->collect(list);
            while (auto* const op = list.pop_front()) finished.push_back(op);
        }
        return finished;
    }

    std::counting_semaphore<> notified{0};
    std::unique_ptr<blocking_pool> pool;
};

TEST_F(blocking_pool_test, no_thread_starts_before_there_is_work) {
    make(4);
    EXPECT_EQ(pool->threads(), 0U);
    job one([] {});
    EXPECT_EQ(pool->submit(one), 0);
    EXPECT_EQ(pool->threads(), 1U);
    EXPECT_EQ(collect(1).front(), &one);
    EXPECT_EQ(one.result(), 0);
}

TEST_F(blocking_pool_test, one_thread_takes_its_work_in_the_order_it_came) {
    make(1);
    std::latch all_there(1);
    std::vector<int> order;
    std::vector<std::unique_ptr<job>> jobs;
    for (int number = 0; number != 20; ++number) {
        jobs.push_back(std::make_unique<job>([&, number] {
            all_there.wait();
            order.push_back(number);
        }));
        EXPECT_EQ(pool->submit(*jobs.back()), 0);
    }
    all_there.count_down();
    auto const finished = collect(20);
    for (std::size_t number = 0; number != 20; ++number) {
        EXPECT_EQ(order[number], static_cast<int>(number));
        EXPECT_EQ(finished[number], jobs[number].get());
    }
}

TEST_F(blocking_pool_test, there_are_never_more_threads_than_allowed_and_they_run_at_the_same_time) {
    make(3);
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::latch three(3);
    std::vector<std::unique_ptr<job>> jobs;
    for (int number = 0; number != 30; ++number) {
        jobs.push_back(std::make_unique<job>([&, number] {
            int const now = ++running;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
            // The first three meet, so they were on threads of their own.
            if (number < 3) three.arrive_and_wait();
            --running;
        }));
        EXPECT_EQ(pool->submit(*jobs.back()), 0);
    }
    collect(30);
    EXPECT_EQ(most, 3);
    EXPECT_EQ(pool->threads(), 3U);
}

TEST_F(blocking_pool_test, an_idle_thread_is_used_again) {
    make(8);
    for (int round = 0; round != 20; ++round) {
        std::thread::id thread;
        job one([&] { thread = std::this_thread::get_id(); });
        EXPECT_EQ(pool->submit(one), 0);
        collect(1);
    }
    // The one that has just finished may not have gone to sleep yet, so there may be a few.
    EXPECT_LT(pool->threads(), 8U);
}

TEST_F(blocking_pool_test, what_is_queued_can_be_withdrawn_and_what_runs_can_not) {
    make(1);
    std::latch running(1);
    std::latch go_on(1);
    bool ran = false;
    job first([&] {
        running.count_down();
        go_on.wait();
    });
    job second([&] { ran = true; });
    EXPECT_EQ(pool->submit(first), 0);
    EXPECT_EQ(pool->submit(second), 0);
    running.wait();
    EXPECT_FALSE(pool->withdraw(first));
    EXPECT_TRUE(pool->withdraw(second));
    EXPECT_FALSE(pool->withdraw(second));
    go_on.count_down();
    EXPECT_EQ(collect(1).front(), &first);
    EXPECT_FALSE(pool->withdraw(first));
    EXPECT_FALSE(ran);
}

TEST_F(blocking_pool_test, its_end_waits_for_what_runs_and_lets_go_of_what_is_queued) {
    make(1);
    std::latch running(1);
    std::atomic<bool> ended{false};
    job first([&] {
        running.count_down();
        std::this_thread::yield();
        ended = true;
    });
    job second([] {});
    EXPECT_EQ(pool->submit(first), 0);
    running.wait();
    EXPECT_EQ(pool->submit(second), 0);
    pool.reset();
    EXPECT_TRUE(ended);
    EXPECT_FALSE(first.linked());
    EXPECT_FALSE(second.linked());
}

TEST_F(blocking_pool_test, a_limit_of_zero_is_a_sensible_one) {
    make(0);
    std::latch five(5);
    std::vector<std::unique_ptr<job>> jobs;
    for (int number = 0; number != 5; ++number) {
        jobs.push_back(std::make_unique<job>([&] { five.arrive_and_wait(); }));
        EXPECT_EQ(pool->submit(*jobs.back()), 0);
    }
    collect(5);
    EXPECT_EQ(pool->threads(), 5U);
}

}  // namespace
