#include <rota/sync/semaphore.hpp>

#include "simulate.hpp"

#include <algorithm>
#include <memory>

namespace {

using rota::bounded_semaphore;
using rota::coro;
using rota::create_task;
using rota::semaphore;

TEST(Semaphore, LetsAsManyInAsItHasPermits) {
    auto main = []() -> coro<> {
        semaphore s(3);
        int inside = 0;
        int most = 0;
        std::vector<rota::task<>> users;
        auto const use = [&]() -> coro<> {
            auto permit = co_await s.scoped_acquire();
            most = std::max(most, ++inside);
            co_await settle(3);
            --inside;
        };
        for (int i = 0; i < 10; ++i) users.push_back(create_task(use));
        for (auto& user : users) co_await user;
        EXPECT_EQ(most, 3);
        EXPECT_FALSE(s.locked());
    };
    simulate(main);
}

TEST(Semaphore, NewcomerDoesNotOvertake) {
    names order;
    auto main = [&]() -> coro<> {
        semaphore s(0);
        auto const take = [&](std::string name) -> coro<> {
            co_await s.acquire();
            order.push_back(name);
        };
        auto first = create_task(take, "first");
        auto second = create_task(take, "second");
        co_await settle();
        s.release();
        EXPECT_TRUE(s.locked());
        auto newcomer = create_task(take, "newcomer");
        co_await settle();
        EXPECT_EQ(order, names{"first"});
        s.release();
        s.release();
        co_await first;
        co_await second;
        co_await newcomer;
    };
    simulate(main);
    EXPECT_EQ(order, (names{"first", "second", "newcomer"}));
}

TEST(Semaphore, IsLockedWhileAPermitIsOnItsWayToAWaiter) {
    auto main = []() -> coro<> {
        semaphore s(0);
        auto waiting = create_task([&]() -> coro<> { co_await s.acquire(); });
        co_await settle();
        s.release();
        EXPECT_TRUE(s.locked());
        co_await waiting;
        s.release();
        EXPECT_FALSE(s.locked());
    };
    simulate(main);
}

TEST(Semaphore, CancelledWaiterTakesNoPermit) {
    auto main = []() -> coro<> {
        semaphore s(0);
        auto const take = [&]() -> coro<> { co_await s.acquire(); };
        auto first = create_task(take);
        auto second = create_task(take);
        co_await settle();
        first.cancel();
        s.release();
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(co_await ending(second), "done");
        EXPECT_TRUE(s.locked());
    };
    simulate(main);
}

TEST(Semaphore, CancelledAfterTheHandOverHasItsPermit) {
    auto main = []() -> coro<> {
        semaphore s(0);
        bool taken = false;
        auto waiting = create_task([&]() -> coro<> {
            auto permit = co_await s.scoped_acquire();
            taken = true;
            co_await rota::yield();
        });
        co_await settle();
        s.release();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_TRUE(taken);
        EXPECT_FALSE(s.locked());
    };
    simulate(main);
}

TEST(Semaphore, CountsReleasesBeyondWhatItBeganWith) {
    auto main = []() -> coro<> {
        semaphore s(0);
        s.release();
        s.release();
        co_await s.acquire();
        co_await s.acquire();
        EXPECT_TRUE(s.locked());
    };
    simulate(main);
}

TEST(Semaphore, OfNegativePermitsIsMisuse) {
    EXPECT_THROW(semaphore(-1), rota::usage_error);
    EXPECT_THROW(bounded_semaphore(-1), rota::usage_error);
}

TEST(Semaphore, CancelledInWhicheverTurnNeverLosesAPermit) {
    for (int turn = 0; turn < 30; ++turn) {
        auto main = [turn]() -> coro<> {
            bounded_semaphore s(2);
            auto const use = [&]() -> coro<> {
                for (int i = 0; i < 4; ++i) {
                    auto permit = co_await s.scoped_acquire();
                    co_await rota::yield();
                }
            };
            std::vector<rota::task<>> users;
            for (int i = 0; i < 5; ++i) users.push_back(create_task(use));
            co_await settle(turn);
            users[1].cancel();
            users[3].cancel();
            for (auto& user : users) (void)co_await ending(user);
            co_await s.acquire();
            EXPECT_FALSE(s.locked()) << turn;
            s.release();
            EXPECT_THROW(s.release(), rota::usage_error) << turn;
        };
        simulate(main);
    }
}

TEST(Semaphore, WithPermitsToSpareDoesNotStarveOthers) {
    auto main = []() -> coro<> {
        semaphore s(1'000'000'000);
        bool stop = false;
        int rounds = 0;
        auto greedy = create_task([&]() -> coro<> {
            while (!stop && rounds < 1'000'000) {
                co_await s.acquire();
                ++rounds;
            }
        });
        co_await settle();
        stop = true;
        co_await greedy;
        EXPECT_LT(rounds, 10'000);
    };
    simulate(main);
}

TEST(Semaphore, DestroyedUnderWaitersGivesThemAnError) {
    auto main = []() -> coro<> {
        auto s = std::make_unique<semaphore>(0);
        auto waiting = create_task([&]() -> coro<> { auto permit = co_await s->scoped_acquire(); });
        co_await settle();
        s.reset();
        EXPECT_EQ(co_await ending(waiting),
                  "semaphore.acquire: destroyed while tasks wait for it; let it outlive the tasks that use it");
    };
    simulate(main);
}

TEST(BoundedSemaphore, ReleasedTooOftenIsMisuse) {
    auto main = []() -> coro<> {
        bounded_semaphore s(1);
        EXPECT_THROW(s.release(), rota::usage_error);
        co_await s.acquire();
        s.release();
        EXPECT_THROW(s.release(), rota::usage_error);
    };
    simulate(main);
}

TEST(BoundedSemaphore, ReleasedToAWaiterStaysWithinItsBound) {
    auto main = []() -> coro<> {
        bounded_semaphore s(1);
        co_await s.acquire();
        auto waiting = create_task([&]() -> coro<> { co_await s.acquire(); });
        co_await settle();
        s.release();
        co_await waiting;
        s.release();
        EXPECT_THROW(s.release(), rota::usage_error);
    };
    simulate(main);
}

}  // namespace
