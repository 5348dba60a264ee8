#include <rota/sync/barrier.hpp>

#include "simulate.hpp"

#include <memory>

namespace {

using rota::barrier;
using rota::coro;
using rota::create_task;

coro<std::size_t> arrive(barrier& b) { co_return co_await b.wait(); }

TEST(Barrier, LetsNobodyPassBeforeAllAreThere) {
    auto main = []() -> coro<> {
        barrier b(3);
        auto first = create_task(arrive(b));
        auto second = create_task(arrive(b));
        co_await settle();
        EXPECT_EQ(b.n_waiting(), 2U);
        EXPECT_FALSE(first.done());
        auto third = create_task(arrive(b));
        co_await settle();
        EXPECT_EQ(first.result(), 0U);
        EXPECT_EQ(second.result(), 1U);
        EXPECT_EQ(third.result(), 2U);
        EXPECT_EQ(b.n_waiting(), 0U);
        EXPECT_EQ(b.parties(), 3U);
        EXPECT_FALSE(b.broken());
    };
    simulate(main);
}

TEST(Barrier, WhoComesLastKeepsItsTurn) {
    auto main = []() -> coro<> {
        barrier b(2);
        bool passed = false;
        auto first = create_task([&]() -> coro<> {
            co_await b.wait();
            passed = true;
        });
        co_await settle();
        EXPECT_EQ(co_await b.wait(), 1U);
        EXPECT_FALSE(passed);
        co_await first;
    };
    simulate(main);
}

TEST(Barrier, IsReadyForTheNextRoundAtOnce) {
    auto main = []() -> coro<> {
        barrier b(2);
        int rounds = 0;
        auto const goes_round = [&]() -> coro<> {
            for (int i = 0; i < 100; ++i) {
                if (co_await b.wait() == 1) ++rounds;
            }
        };
        auto first = create_task(goes_round);
        auto second = create_task(goes_round);
        co_await first;
        co_await second;
        EXPECT_EQ(rounds, 100);
    };
    simulate(main);
}

TEST(Barrier, CancelledPartyJustLeaves) {
    auto main = []() -> coro<> {
        barrier b(3);
        auto first = create_task(arrive(b));
        auto second = create_task(arrive(b));
        co_await settle();
        first.cancel();
        first.cancel();
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(b.n_waiting(), 1U);
        EXPECT_FALSE(b.broken());
        auto third = create_task(arrive(b));
        EXPECT_EQ(co_await b.wait(), 1U);
        EXPECT_EQ(co_await second, 0U);
        EXPECT_EQ(co_await third, 2U);
    };
    simulate(main);
}

TEST(Barrier, CancelledAfterAllHaveComeDeliversThePosition) {
    auto main = []() -> coro<> {
        barrier b(2);
        std::size_t position = 7;
        auto first = create_task([&]() -> coro<> {
            position = co_await b.wait();
            co_await rota::yield();
        });
        co_await settle();
        co_await b.wait();
        first.cancel();
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(position, 0U);
    };
    simulate(main);
}

TEST(Barrier, CancelledInWhicheverTurnStaysWhole) {
    for (int turn = 0; turn < 12; ++turn) {
        auto main = [turn]() -> coro<> {
            barrier b(3);
            auto const comes = [&](int late) -> coro<> {
                co_await settle(late);
                co_await b.wait();
            };
            std::vector<rota::task<>> parties;
            for (int late : {0, 2, 4}) parties.push_back(create_task(comes, late));
            co_await settle(turn);
            parties[1].cancel();
            co_await settle();
            bool const passed = co_await ending(parties[1]) == "done" || parties[0].done();
            EXPECT_EQ(b.n_waiting(), passed ? 0U : 2U) << turn;
            if (!passed) {
                EXPECT_EQ(co_await b.wait(), 2U) << turn;
            }
            co_await parties[0];
            co_await parties[2];
            EXPECT_FALSE(b.broken()) << turn;
        };
        simulate(main);
    }
}

TEST(Barrier, AbortedIsBrokenForThoseThatWaitAndThoseThatCome) {
    auto main = []() -> coro<> {
        barrier b(3);
        auto first = create_task(arrive(b));
        auto second = create_task(arrive(b));
        co_await settle();
        b.abort();
        EXPECT_TRUE(b.broken());
        EXPECT_EQ(b.n_waiting(), 0U);
        EXPECT_EQ(co_await ending(first), "the barrier is broken, or was reset meanwhile");
        EXPECT_EQ(co_await ending(second), "the barrier is broken, or was reset meanwhile");
        EXPECT_EQ(co_await ending(create_task(arrive(b))), "the barrier is broken, or was reset meanwhile");
    };
    simulate(main);
}

TEST(Barrier, ResetIsAsNewAndBreaksThoseThatWait) {
    auto main = []() -> coro<> {
        barrier b(2);
        auto waiting = create_task(arrive(b));
        co_await settle();
        b.reset();
        EXPECT_FALSE(b.broken());
        EXPECT_EQ(co_await ending(waiting), "the barrier is broken, or was reset meanwhile");
        auto again = create_task(arrive(b));
        EXPECT_EQ(co_await b.wait(), 0U);
        EXPECT_EQ(co_await again, 1U);
    };
    simulate(main);
}

TEST(Barrier, ResetAfterAbortWorksAgain) {
    auto main = []() -> coro<> {
        barrier b(1);
        b.abort();
        b.reset();
        EXPECT_EQ(co_await b.wait(), 0U);
    };
    simulate(main);
}

TEST(Barrier, OfNoPartiesIsMisuse) { EXPECT_THROW(barrier(0), rota::usage_error); }

TEST(Barrier, OfOnePartyDoesNotStarveOthers) {
    auto main = []() -> coro<> {
        barrier b(1);
        bool stop = false;
        int rounds = 0;
        auto greedy = create_task([&]() -> coro<> {
            while (!stop && rounds < 1'000'000) {
                co_await b.wait();
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

TEST(Barrier, DestroyedUnderWaitersGivesThemAnError) {
    auto main = []() -> coro<> {
        auto b = std::make_unique<barrier>(2);
        auto waiting = create_task(arrive(*b));
        co_await settle();
        b.reset();
        EXPECT_EQ(co_await ending(waiting),
                  "barrier.wait: destroyed while tasks wait for it; let it outlive the tasks that use it");
    };
    simulate(main);
}

}  // namespace
