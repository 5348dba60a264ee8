#include <rota/sync/condition.hpp>

#include "simulate.hpp"

#include <memory>
#include <optional>

namespace {

using rota::condition;
using rota::coro;
using rota::create_task;
using rota::lock;

// Waits once with the lock held, and tells when it has it again.
coro<> wait_once(condition& c, std::string name, names& order) {
    auto held = co_await c.scoped_acquire();
    EXPECT_TRUE(co_await c.wait());
    EXPECT_TRUE(c.locked());
    order.push_back(name);
    co_await rota::yield();
}

coro<> notify(condition& c, std::size_t n) {
    auto held = co_await c.scoped_acquire();
    c.notify(n);
}

TEST(Condition, WakesAsManyAsItIsToldToInTheirOrder) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        std::vector<rota::task<>> waiting;
        for (auto const* name : {"a", "b", "c", "d"}) waiting.push_back(create_task(wait_once(c, name, order)));
        co_await settle();
        EXPECT_FALSE(c.locked());
        co_await notify(c, 1);
        co_await settle();
        EXPECT_EQ(order, names{"a"});
        co_await notify(c, 2);
        co_await settle(16);
        EXPECT_EQ(order, (names{"a", "b", "c"}));
        {
            auto held = co_await c.scoped_acquire();
            c.notify_all();
        }
        for (auto& task : waiting) co_await task;
        EXPECT_EQ(order, (names{"a", "b", "c", "d"}));
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

TEST(Condition, NotifiedTasksQueueBehindThoseThatWaitForTheLock) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto waiting = create_task(wait_once(c, "notified", order));
        co_await settle();
        co_await c.acquire();
        auto locker = create_task([&]() -> coro<> {
            auto held = co_await c.scoped_acquire();
            order.push_back("locker");
        });
        co_await settle();
        c.notify();
        c.release();
        co_await waiting;
        co_await locker;
        EXPECT_EQ(order, (names{"locker", "notified"}));
    };
    simulate(main);
}

TEST(Condition, WaitForReturnsWhatThePredicateGave) {
    auto main = []() -> coro<> {
        condition c;
        int items = 0;
        auto consumer = create_task([&]() -> coro<> {
            auto held = co_await c.scoped_acquire();
            EXPECT_EQ(co_await c.wait_for([&] { return items; }), 3);
        });
        co_await settle();
        co_await notify(c, 1);
        co_await settle();
        EXPECT_FALSE(consumer.done());
        items = 3;
        co_await notify(c, 1);
        co_await consumer;
    };
    simulate(main);
}

TEST(Condition, WaitForAsksFirst) {
    auto main = []() -> coro<> {
        condition c;
        auto held = co_await c.scoped_acquire();
        EXPECT_TRUE(co_await c.wait_for([](int a, int b) { return a < b; }, 1, 2));
    };
    simulate(main);
}

TEST(Condition, WaitForPassesThePredicatesErrorWithTheLockHeld) {
    auto main = []() -> coro<> {
        condition c;
        bool fail = false;
        bool held_at_the_error = false;
        auto consumer = create_task([&]() -> coro<> {
            auto held = co_await c.scoped_acquire();
            try {
                co_await c.wait_for([&]() -> bool { return fail ? throw std::runtime_error("predicate") : false; });
            } catch (std::runtime_error const&) {
                held_at_the_error = c.locked();
                throw;
            }
        });
        co_await settle();
        fail = true;
        co_await notify(c, 1);
        EXPECT_EQ(co_await ending(consumer), "predicate");
        EXPECT_TRUE(held_at_the_error);
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

TEST(Condition, SharesALockThatItIsGiven) {
    auto main = []() -> coro<> {
        lock shared;
        condition not_empty(shared);
        condition not_full(shared);
        EXPECT_EQ(&not_empty.get_lock(), &shared);
        names order;
        auto a = create_task(wait_once(not_empty, "not_empty", order));
        auto b = create_task(wait_once(not_full, "not_full", order));
        co_await settle();
        {
            auto held = co_await shared.scoped_acquire();
            not_full.notify();
            EXPECT_TRUE(not_empty.locked());
        }
        co_await b;
        EXPECT_EQ(order, names{"not_full"});
        co_await notify(not_empty, 1);
        co_await a;
    };
    simulate(main);
}

TEST(Condition, WithoutItsLockIsMisuse) {
    auto main = []() -> coro<> {
        condition c;
        EXPECT_THROW(c.notify(), rota::usage_error);
        EXPECT_THROW(c.notify_all(), rota::usage_error);
        EXPECT_THROW(c.release(), rota::usage_error);
        auto waits = create_task([&]() -> coro<> { co_await c.wait(); });
        EXPECT_EQ(co_await ending(waits), "condition.wait: its lock is not held; acquire it first");
    };
    simulate(main);
}

TEST(Condition, NotifyWithNobodyWaitingIsForgotten) {
    auto main = []() -> coro<> {
        condition c;
        co_await notify(c, 5);
        names order;
        auto waiting = create_task(wait_once(c, "late", order));
        co_await settle();
        EXPECT_FALSE(waiting.done());
        co_await notify(c, 1);
        co_await waiting;
    };
    simulate(main);
}

// Waits with the lock taken by hand, so that a wait that ended without it would be found out by the release.
coro<> wait_by_hand(condition& c, names& order) {
    co_await c.acquire();
    try {
        co_await c.wait();
        order.push_back("notified");
    } catch (rota::cancelled_error const&) {
        order.push_back(c.locked() ? "cancelled, locked" : "cancelled, not locked");
        c.release();
        throw;
    }
    c.release();
}

TEST(Condition, CancelledWaiterHasTheLockWhenItRaises) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto waiting = create_task(wait_by_hand(c, order));
        co_await settle();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_EQ(order, names{"cancelled, locked"});
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

TEST(Condition, CancelledWaiterWaitsForTheLockBeforeItRaises) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto waiting = create_task(wait_by_hand(c, order));
        co_await settle();
        co_await c.acquire();
        waiting.cancel();
        waiting.cancel();
        co_await settle();
        EXPECT_FALSE(waiting.done());
        c.release();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_EQ(order, names{"cancelled, locked"});
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

TEST(Condition, NotificationOfAWaiterThatIsThenCancelledGoesToTheNext) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto first = create_task(wait_by_hand(c, order));
        auto second = create_task(wait_by_hand(c, order));
        auto third = create_task(wait_by_hand(c, order));
        co_await settle();
        co_await c.acquire();
        c.notify();
        first.cancel();
        c.release();
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(co_await ending(second), "done");
        EXPECT_EQ(order, (names{"cancelled, locked", "notified"}));
        co_await settle();
        EXPECT_FALSE(third.done());
        co_await notify(c, 1);
        co_await third;
    };
    simulate(main);
}

TEST(Condition, NotificationIsPassedOnOncePerWaiterHoweverOftenItIsCancelled) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto first = create_task(wait_by_hand(c, order));
        auto second = create_task(wait_by_hand(c, order));
        auto third = create_task(wait_by_hand(c, order));
        co_await settle();
        co_await c.acquire();
        c.notify();
        first.cancel();
        first.cancel();
        c.release();
        (void)co_await ending(first);
        co_await second;
        co_await settle();
        EXPECT_FALSE(third.done());
        third.cancel();
        (void)co_await ending(third);
    };
    simulate(main);
}

TEST(Condition, CancelWithoutANotificationNotifiesNobody) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto first = create_task(wait_by_hand(c, order));
        auto second = create_task(wait_by_hand(c, order));
        co_await settle();
        first.cancel();
        (void)co_await ending(first);
        co_await settle();
        EXPECT_FALSE(second.done());
        co_await notify(c, 1);
        co_await second;
    };
    simulate(main);
}

TEST(Condition, CancelledWithTheLockInHandIsNotified) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto waiting = create_task(wait_by_hand(c, order));
        co_await settle();
        co_await c.acquire();
        c.notify();
        c.release();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "done");
        EXPECT_EQ(order, names{"notified"});
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

TEST(Condition, CancelBeforeTheWaitLeavesTheLockHeld) {
    auto main = []() -> coro<> {
        condition c;
        names order;
        auto waiting = create_task([&]() -> coro<> {
            auto held = co_await c.scoped_acquire();
            rota::current_task().cancel();
            try {
                co_await c.wait();
            } catch (rota::cancelled_error const&) {
                EXPECT_TRUE(c.locked());
                throw;
            }
        });
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_FALSE(c.locked());
    };
    simulate(main);
}

// An item for each notification, as many as there are consumers that survive: none may be left over with a consumer asleep.
TEST(Condition, CancelledInWhicheverTurnNeverLosesANotification) {
    for (int turn = 0; turn < 40; ++turn) {
        auto main = [turn]() -> coro<> {
            condition c;
            int items = 0;
            auto const consume = [&]() -> coro<> {
                auto held = co_await c.scoped_acquire();
                co_await c.wait_for([&] { return items > 0; });
                --items;
            };
            std::vector<rota::task<>> consumers;
            for (int i = 0; i < 4; ++i) consumers.push_back(create_task(consume));
            auto producer = create_task([&]() -> coro<> {
                for (int i = 0; i < 4; ++i) {
                    auto held = co_await c.scoped_acquire();
                    co_await rota::yield();
                    ++items;
                    c.notify();
                    co_await rota::yield();
                }
            });
            co_await settle(turn);
            consumers[0].cancel();
            consumers[2].cancel();
            co_await producer;
            int consumed = 0;
            for (auto& consumer : consumers) consumed += co_await ending(consumer) == "done" ? 1 : 0;
            EXPECT_EQ(items + consumed, 4) << turn;
            EXPECT_FALSE(c.locked()) << turn;
        };
        simulate(main);
    }
}

TEST(Condition, DestroyedUnderWaitersGivesThemAnErrorAndTheirGuardsHoldNothing) {
    auto main = []() -> coro<> {
        auto c = std::make_unique<condition>();
        names order;
        auto first = create_task(wait_once(*c, "first", order));
        auto second = create_task(wait_once(*c, "second", order));
        co_await settle();
        c.reset();
        for (auto const& task : {first, second}) {
            auto const text = co_await ending(task);
            EXPECT_NE(text.find("destroyed while tasks wait for it"), std::string::npos) << text;
        }
        EXPECT_TRUE(order.empty());
    };
    simulate(main);
}

TEST(Condition, DestroyedUnderWaitersThatWereNotifiedGivesThemAnError) {
    auto main = []() -> coro<> {
        auto c = std::make_unique<condition>();
        names order;
        auto waiting = create_task(wait_once(*c, "waiter", order));
        co_await settle();
        co_await c->acquire();
        c->notify();
        c.reset();
        auto const text = co_await ending(waiting);
        EXPECT_NE(text.find("destroyed while tasks wait for it"), std::string::npos) << text;
    };
    simulate(main);
}

TEST(Condition, DestroyedOverALockThatStaysGivesItsWaitersTheLockWithTheError) {
    auto main = []() -> coro<> {
        lock shared;
        std::optional<condition> c(shared);
        int inside = 0;
        auto const waits = [&]() -> coro<> {
            auto held = co_await shared.scoped_acquire();
            try {
                co_await c->wait();
            } catch (rota::usage_error const&) {
                EXPECT_TRUE(shared.locked());
                EXPECT_EQ(++inside, 1);
                --inside;
                throw;
            }
        };
        auto waiting = create_task(waits);
        auto notified = create_task(waits);
        auto cancelled = create_task(waits);
        co_await settle();
        co_await shared.acquire();
        c->notify();
        notified.cancel();
        c.reset();
        waiting.cancel();
        shared.release();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_EQ(co_await ending(notified), "cancelled");
        EXPECT_NE(co_await ending(cancelled), "done");
        EXPECT_FALSE(shared.locked());
    };
    simulate(main);
}

}  // namespace
