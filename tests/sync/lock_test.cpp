#include <rota/sync/lock.hpp>

#include "simulate.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace {

using namespace std::chrono_literals;
using rota::coro;
using rota::create_task;
using rota::lock;

coro<> use(lock& l, std::string name, names& order) {
    co_await l.acquire();
    order.push_back(name);
    co_await rota::yield();
    l.release();
}

TEST(Lock, IsTakenWithoutGivingUpTheTurnWhenItIsFree) {
    auto main = []() -> coro<> {
        lock l;
        bool other_ran = false;
        auto other = create_task([&]() -> coro<> {
            other_ran = true;
            co_return;
        });
        co_await l.acquire();
        EXPECT_FALSE(other_ran);
        EXPECT_TRUE(l.locked());
        l.release();
        EXPECT_FALSE(l.locked());
        co_await other;
    };
    simulate(main);
}

TEST(Lock, ServesItsWaitersFirstComeFirstServed) {
    names order;
    auto main = [&]() -> coro<> {
        lock l;
        std::vector<rota::task<>> users;
        for (auto const* name : {"a", "b", "c", "d"}) users.push_back(create_task(use(l, name, order)));
        for (auto& user : users) co_await user;
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
    EXPECT_EQ(order, (names{"a", "b", "c", "d"}));
}

TEST(Lock, IsHandedOverSoThatANewcomerDoesNotOvertake) {
    names order;
    auto main = [&]() -> coro<> {
        lock l;
        co_await l.acquire();
        auto waiting = create_task(use(l, "waiter", order));
        co_await settle();
        l.release();
        EXPECT_TRUE(l.locked());
        co_await use(l, "newcomer", order);
        co_await waiting;
    };
    simulate(main);
    EXPECT_EQ(order, (names{"waiter", "newcomer"}));
}

TEST(Lock, SkipsAWaiterThatIsCancelled) {
    names order;
    auto main = [&]() -> coro<> {
        lock l;
        co_await l.acquire();
        auto first = create_task(use(l, "first", order));
        auto second = create_task(use(l, "second", order));
        auto third = create_task(use(l, "third", order));
        co_await settle();
        second.cancel();
        l.release();
        EXPECT_EQ(co_await ending(second), "cancelled");
        co_await first;
        co_await third;
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
    EXPECT_EQ(order, (names{"first", "third"}));
}

TEST(Lock, IsFreeAgainAfterItsOnlyWaiterWasCancelled) {
    auto main = []() -> coro<> {
        lock l;
        co_await l.acquire();
        names order;
        auto waiting = create_task(use(l, "waiter", order));
        co_await settle();
        waiting.cancel();
        co_await settle();
        l.release();
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(Lock, CancelledAfterTheHandOverIsDeliveredAndTheNextAwaitRaises) {
    auto main = []() -> coro<> {
        lock l;
        names order;
        co_await l.acquire();
        auto waiting = create_task([&]() -> coro<> {
            co_await l.acquire();
            order.push_back("acquired");
            try {
                co_await rota::yield();
            } catch (rota::cancelled_error const&) {
                order.push_back("cancelled");
                l.release();
                throw;
            }
        });
        co_await settle();
        l.release();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_EQ(order, (names{"acquired", "cancelled"}));
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(Lock, CancelledBeforeTheAwaitTakesNothing) {
    auto main = []() -> coro<> {
        lock l;
        auto self = create_task([&]() -> coro<> {
            rota::current_task().cancel();
            co_await l.acquire();
        });
        EXPECT_EQ(co_await ending(self), "cancelled");
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(Lock, CancelledTwiceLeavesOnce) {
    auto main = []() -> coro<> {
        lock l;
        co_await l.acquire();
        names order;
        auto first = create_task(use(l, "first", order));
        auto second = create_task(use(l, "second", order));
        co_await settle();
        first.cancel();
        first.cancel();
        l.release();
        EXPECT_EQ(co_await ending(first), "cancelled");
        co_await second;
        EXPECT_EQ(order, names{"second"});
    };
    simulate(main);
}

TEST(Lock, ReleasedByNobodyIsMisuse) {
    lock l;
    EXPECT_THROW(l.release(), rota::usage_error);
}

TEST(Lock, DestroyedUnderWaitersGivesThemAnError) {
    auto main = []() -> coro<> {
        auto l = std::make_unique<lock>();
        co_await l->acquire();
        names order;
        auto first = create_task(use(*l, "first", order));
        auto second = create_task(use(*l, "second", order));
        co_await settle();
        l.reset();
        auto const text = "lock.acquire: destroyed while tasks wait for it; let it outlive the tasks that use it";
        EXPECT_EQ(co_await ending(first), text);
        EXPECT_EQ(co_await ending(second), text);
    };
    simulate(main);
}

TEST(Lock, DestroyedAfterTheHandOverIsStillDelivered) {
    auto main = []() -> coro<> {
        auto l = std::make_unique<lock>();
        co_await l->acquire();
        auto waiting = create_task([&]() -> coro<> { co_await l->acquire(); });
        co_await settle();
        l->release();
        l.reset();
        EXPECT_EQ(co_await ending(waiting), "done");
    };
    simulate(main);
}

TEST(Lock, DestroyedUnderACancelledWaiterStaysCancelled) {
    auto main = []() -> coro<> {
        auto l = std::make_unique<lock>();
        co_await l->acquire();
        names order;
        auto waiting = create_task(use(*l, "waiter", order));
        co_await settle();
        waiting.cancel();
        l.reset();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
    };
    simulate(main);
}

TEST(Lock, ThatIsAlwaysFreeDoesNotStarveOthers) {
    auto main = []() -> coro<> {
        lock l;
        bool stop = false;
        int rounds = 0;
        auto greedy = create_task([&]() -> coro<> {
            while (!stop && rounds < 1'000'000) {
                co_await l.acquire();
                ++rounds;
                l.release();
            }
        });
        co_await settle();
        stop = true;
        co_await greedy;
        EXPECT_LT(rounds, 10'000);
        EXPECT_FALSE(l.locked());
    };
    simulate(main);
}

TEST(Lock, WhoseWaitersAreAnotherLoopsIsRefused) {
    lock l;
    rota::runner_options const simulated(rota::engine_kind::simulated);
    rota::runner first(simulated);
    rota::runner second(simulated);
    rota::task<> waiting;
    first.run([&]() -> coro<> {
        co_await l.acquire();
        waiting = create_task([&]() -> coro<> { co_await l.acquire(); });
        co_await settle();
    });
    second.run([&]() -> coro<> {
        try {
            co_await l.acquire();
            ADD_FAILURE() << "waits";
        } catch (rota::usage_error const& error) {
            EXPECT_NE(std::string(error.what()).find("another loop"), std::string::npos) << error.what();
        }
    });
    first.run([&]() -> coro<> {
        l.release();
        co_await waiting;
    });
}

// Three tasks take turns; one of them is cancelled, a turn later in each round. It must never take the lock with it.
TEST(Lock, CancelledInWhicheverTurnIsNeverLost) {
    for (int turn = 0; turn < 30; ++turn) {
        auto main = [turn]() -> coro<> {
            lock l;
            auto const loop_of_uses = [&]() -> coro<> {
                for (int i = 0; i < 4; ++i) {
                    auto held = co_await l.scoped_acquire();
                    co_await rota::yield();
                }
            };
            auto first = create_task(loop_of_uses);
            auto victim = create_task(loop_of_uses);
            auto third = create_task(loop_of_uses);
            co_await settle(turn);
            victim.cancel();
            EXPECT_EQ(co_await ending(first), "done") << turn;
            (void)co_await ending(victim);
            EXPECT_EQ(co_await ending(third), "done") << turn;
            EXPECT_FALSE(l.locked()) << turn;
        };
        simulate(main);
    }
}

}  // namespace
