#include <rota/sync/event.hpp>

#include "simulate.hpp"

#include <memory>

namespace {

using rota::coro;
using rota::create_task;
using rota::event;

TEST(Event, WakesAllItsWaitersInTheirOrder) {
    names order;
    auto main = [&]() -> coro<> {
        event e;
        auto const waits = [&](std::string name) -> coro<> {
            EXPECT_TRUE(co_await e.wait());
            order.push_back(name);
        };
        auto a = create_task(waits, "a");
        auto b = create_task(waits, "b");
        auto c = create_task(waits, "c");
        co_await settle();
        EXPECT_TRUE(order.empty());
        e.set();
        co_await a;
        co_await b;
        co_await c;
    };
    simulate(main);
    EXPECT_EQ(order, (names{"a", "b", "c"}));
}

TEST(Event, ThatIsSetDoesNotGiveUpTheTurn) {
    auto main = []() -> coro<> {
        event e;
        e.set();
        bool other_ran = false;
        auto other = create_task([&]() -> coro<> {
            other_ran = true;
            co_return;
        });
        EXPECT_TRUE(co_await e.wait());
        EXPECT_FALSE(other_ran);
        co_await other;
    };
    simulate(main);
}

TEST(Event, ClearedAgainLetsTasksWaitAgain) {
    auto main = []() -> coro<> {
        event e;
        e.set();
        EXPECT_TRUE(e.is_set());
        e.clear();
        EXPECT_FALSE(e.is_set());
        auto waiting = create_task([&]() -> coro<> { co_await e.wait(); });
        co_await settle();
        EXPECT_FALSE(waiting.done());
        e.set();
        co_await waiting;
    };
    simulate(main);
}

TEST(Event, ClearedBeforeTheirTurnStillReleasesThoseItWoke) {
    auto main = []() -> coro<> {
        event e;
        auto waiting = create_task([&]() -> coro<> { EXPECT_TRUE(co_await e.wait()); });
        co_await settle();
        e.set();
        e.clear();
        co_await waiting;
        EXPECT_FALSE(e.is_set());
    };
    simulate(main);
}

TEST(Event, CancelledWaiterLeavesAndTheOthersStay) {
    auto main = []() -> coro<> {
        event e;
        auto const waits = [&]() -> coro<> { co_await e.wait(); };
        auto a = create_task(waits);
        auto b = create_task(waits);
        co_await settle();
        a.cancel();
        a.cancel();
        EXPECT_EQ(co_await ending(a), "cancelled");
        e.set();
        EXPECT_EQ(co_await ending(b), "done");
    };
    simulate(main);
}

TEST(Event, CancelledAfterSetReturnsTrueFirst) {
    auto main = []() -> coro<> {
        event e;
        bool returned = false;
        auto waiting = create_task([&]() -> coro<> {
            returned = co_await e.wait();
            co_await rota::yield();
        });
        co_await settle();
        e.set();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_TRUE(returned);
    };
    simulate(main);
}

TEST(Event, SetDoesNotHideACancelFromBefore) {
    auto main = []() -> coro<> {
        event e;
        e.set();
        auto waiting = create_task([&]() -> coro<> {
            rota::current_task().cancel();
            co_await e.wait();
        });
        EXPECT_EQ(co_await ending(waiting), "cancelled");
    };
    simulate(main);
}

TEST(Event, ThatStaysSetDoesNotStarveOthers) {
    auto main = []() -> coro<> {
        event e;
        e.set();
        bool stop = false;
        int rounds = 0;
        auto greedy = create_task([&]() -> coro<> {
            while (!stop && rounds < 1'000'000) {
                co_await e.wait();
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

TEST(Event, DestroyedUnderWaitersGivesThemAnError) {
    auto main = []() -> coro<> {
        auto e = std::make_unique<event>();
        auto waiting = create_task([&]() -> coro<> { co_await e->wait(); });
        co_await settle();
        e.reset();
        EXPECT_EQ(co_await ending(waiting),
                  "event.wait: destroyed while tasks wait for it; let it outlive the tasks that use it");
    };
    simulate(main);
}

}  // namespace
