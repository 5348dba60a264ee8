#include <rota/sync/queue.hpp>

#include "simulate.hpp"

#include <memory>
#include <optional>

namespace {

using rota::coro;
using rota::create_task;
using rota::queue;

template <class Q, class T>
coro<> put(Q& q, T item) {
    co_await q.put(std::move(item));
}

TEST(Queue, GivesItemsFirstInFirstOut) {
    auto main = []() -> coro<> {
        queue<int> q;
        for (int i = 0; i < 100; ++i) co_await q.put(i);
        EXPECT_EQ(q.qsize(), 100U);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(co_await q.get(), i);
        EXPECT_TRUE(q.empty());
    };
    simulate(main);
}

TEST(Queue, KeepsOrderWhileItGrowsAroundItsEnd) {
    queue<int> q;
    int in = 0;
    int out = 0;
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 7; ++i) q.put_nowait(in++);
        for (int i = 0; i < 5; ++i) ASSERT_EQ(q.get_nowait(), out++);
    }
    while (!q.empty()) ASSERT_EQ(q.get_nowait(), out++);
    EXPECT_EQ(in, out);
}

TEST(Queue, HoldsItsProducerBackAtItsLimit) {
    auto main = []() -> coro<> {
        queue<int> q(2);
        int done = 0;
        auto producer = create_task([&]() -> coro<> {
            for (int i = 0; i < 4; ++i) {
                co_await q.put(i);
                ++done;
            }
        });
        co_await settle();
        EXPECT_EQ(done, 2);
        EXPECT_TRUE(q.full());
        EXPECT_EQ(q.maxsize(), 2U);
        EXPECT_EQ(co_await q.get(), 0);
        EXPECT_EQ(q.qsize(), 2U);
        co_await settle();
        EXPECT_EQ(done, 3);
        for (int i = 1; i < 4; ++i) EXPECT_EQ(co_await q.get(), i);
        co_await producer;
    };
    simulate(main);
}

TEST(Queue, WithoutALimitIsNeverFull) {
    queue<int> q;
    for (int i = 0; i < 1000; ++i) q.put_nowait(i);
    EXPECT_FALSE(q.full());
    EXPECT_EQ(q.maxsize(), 0U);
    EXPECT_EQ(q.size(), 1000U);
}

TEST(Queue, ServesItsGettersFirstComeFirstServedAndNoNewcomerOvertakes) {
    auto main = []() -> coro<> {
        queue<int> q;
        int first = -1;
        auto waiting = create_task([&]() -> coro<> { first = co_await q.get(); });
        co_await settle();
        q.put_nowait(1);
        EXPECT_TRUE(q.empty());
        EXPECT_THROW((void)q.get_nowait(), rota::queue_empty);
        q.put_nowait(2);
        EXPECT_EQ(co_await q.get(), 2);
        co_await waiting;
        EXPECT_EQ(first, 1);
    };
    simulate(main);
}

TEST(Queue, ServesItsPuttersFirstComeFirstServedAndNoNewcomerOvertakes) {
    auto main = []() -> coro<> {
        queue<int> q(1);
        q.put_nowait(0);
        auto first = create_task(put(q, 1));
        auto second = create_task(put(q, 2));
        co_await settle();
        EXPECT_EQ(co_await q.get(), 0);
        EXPECT_THROW(q.put_nowait(9), rota::queue_full);
        for (int i = 1; i < 3; ++i) EXPECT_EQ(co_await q.get(), i);
        co_await first;
        co_await second;
    };
    simulate(main);
}

TEST(Queue, NowaitTellsWhatIsMissing) {
    queue<std::string> q(1);
    EXPECT_THROW((void)q.get_nowait(), rota::queue_empty);
    q.put_nowait("a");
    std::string kept = "a text too long to live within the string itself";
    EXPECT_THROW(q.put_nowait(std::move(kept)), rota::queue_full);
    EXPECT_EQ(kept, "a text too long to live within the string itself");
    EXPECT_EQ(q.get_nowait(), "a");
}

TEST(Queue, TakesMoveOnlyItems) {
    auto main = []() -> coro<> {
        queue<std::unique_ptr<int>> q(1);
        int sum = 0;
        auto consumer = create_task([&]() -> coro<> {
            for (int i = 0; i < 4; ++i) {
                auto const item = co_await q.get();
                sum += *item;
            }
        });
        for (int i = 1; i <= 3; ++i) {
            auto item = std::make_unique<int>(i);
            co_await q.put(std::move(item));
        }
        co_await settle();
        q.put_nowait(std::make_unique<int>(4));
        co_await consumer;
        EXPECT_EQ(sum, 10);
    };
    simulate(main);
}

TEST(Queue, CopiesWhatItIsGivenToCopy) {
    auto main = []() -> coro<> {
        queue<std::string> q;
        std::string const item = "kept";
        co_await q.put(item);
        q.put_nowait(item);
        EXPECT_EQ(item, "kept");
        EXPECT_EQ(co_await q.get(), "kept");
        EXPECT_EQ(co_await q.get(), "kept");
    };
    simulate(main);
}

struct job {
    std::string name;
    std::shared_ptr<int> used;
};

TEST(Queue, MakesAnAggregateInPlace) {
    auto main = []() -> coro<> {
        queue<job> q;
        auto const used = std::make_shared<int>(1);
        co_await q.emplace("a name too long to live within the string itself", used);
        EXPECT_EQ(used.use_count(), 2);
        {
            auto const taken = co_await q.get();
            EXPECT_EQ(taken.name, "a name too long to live within the string itself");
            EXPECT_EQ(used.use_count(), 2);
        }
        EXPECT_EQ(used.use_count(), 1);
    };
    simulate(main);
}

TEST(Queue, AwaitedAsATaskKeepsItsItem) {
    auto main = []() -> coro<> {
        queue<std::string> q(1);
        auto first = create_task(q.put("one"));
        auto second = create_task(q.put(std::string(100, 'x')));
        auto taken = create_task(q.get());
        co_await first;
        co_await second;
        EXPECT_EQ(co_await taken, "one");
        EXPECT_EQ(co_await q.get(), std::string(100, 'x'));
    };
    simulate(main);
}

TEST(Queue, CancelledGetterTakesNothing) {
    auto main = []() -> coro<> {
        queue<int> q;
        auto const get = [&]() -> coro<int> { co_return co_await q.get(); };
        auto first = create_task(get);
        auto second = create_task(get);
        co_await settle();
        first.cancel();
        first.cancel();
        q.put_nowait(1);
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(co_await second, 1);
    };
    simulate(main);
}

TEST(Queue, CancelledAfterTheHandOverTheGetterHasItsItem) {
    auto main = []() -> coro<> {
        queue<int> q;
        std::optional<int> item;
        auto getter = create_task([&]() -> coro<> {
            item = co_await q.get();
            co_await rota::yield();
        });
        co_await settle();
        q.put_nowait(5);
        getter.cancel();
        EXPECT_EQ(co_await ending(getter), "cancelled");
        EXPECT_EQ(item, 5);
    };
    simulate(main);
}

TEST(Queue, CancelledPutterPutsNothing) {
    auto main = []() -> coro<> {
        queue<int> q(1);
        q.put_nowait(0);
        auto first = create_task(put(q, 1));
        auto second = create_task(put(q, 2));
        co_await settle();
        first.cancel();
        EXPECT_EQ(co_await ending(first), "cancelled");
        EXPECT_EQ(co_await q.get(), 0);
        EXPECT_EQ(co_await q.get(), 2);
        co_await second;
        EXPECT_TRUE(q.empty());
    };
    simulate(main);
}

TEST(Queue, CancelledAfterItWasLetInThePutterHasPut) {
    auto main = []() -> coro<> {
        queue<int> q(1);
        q.put_nowait(0);
        bool returned = false;
        auto putter = create_task([&]() -> coro<> {
            co_await q.put(1);
            returned = true;
            co_await rota::yield();
        });
        co_await settle();
        EXPECT_EQ(q.get_nowait(), 0);
        putter.cancel();
        EXPECT_EQ(co_await ending(putter), "cancelled");
        EXPECT_TRUE(returned);
        EXPECT_EQ(q.get_nowait(), 1);
    };
    simulate(main);
}

TEST(Queue, CancelledBeforeTheAwaitNeitherPutsNorTakes) {
    auto main = []() -> coro<> {
        queue<int> q;
        q.put_nowait(1);
        auto putter = create_task([&]() -> coro<> {
            rota::current_task().cancel();
            co_await q.put(2);
        });
        auto getter = create_task([&]() -> coro<> {
            rota::current_task().cancel();
            (void)co_await q.get();
        });
        EXPECT_EQ(co_await ending(putter), "cancelled");
        EXPECT_EQ(co_await ending(getter), "cancelled");
        EXPECT_EQ(q.qsize(), 1U);
    };
    simulate(main);
}

TEST(Queue, CancelledInWhicheverTurnNeverLosesOrDoublesAnItem) {
    for (std::size_t maxsize : {0U, 1U, 3U}) {
        for (int turn = 0; turn < 40; ++turn) {
            auto main = [=]() -> coro<> {
                queue<int> q(maxsize);
                int put = 0;
                int got = 0;
                auto const produce = [&]() -> coro<> {
                    for (int i = 0; i < 6; ++i) {
                        co_await q.put(i);
                        ++put;
                        if (i % 3 == 2) co_await rota::yield();
                    }
                };
                auto const consume = [&]() -> coro<> {
                    for (int i = 0; i < 6; ++i) {
                        (void)co_await q.get();
                        ++got;
                        if (i % 2 == 1) co_await rota::yield();
                    }
                };
                std::vector<rota::task<>> tasks;
                tasks.push_back(create_task(produce));
                tasks.push_back(create_task(consume));
                tasks.push_back(create_task(produce));
                tasks.push_back(create_task(consume));
                co_await settle(turn);
                tasks[0].cancel();
                tasks[1].cancel();
                co_await settle(40);
                EXPECT_EQ(static_cast<std::size_t>(put), static_cast<std::size_t>(got) + q.qsize()) << turn;
                for (auto& task : tasks) task.cancel();
                for (auto& task : tasks) (void)co_await ending(task);
            };
            simulate(main);
        }
    }
}

TEST(Queue, PairThatNeverSuspendsDoesNotStarveAThirdTask) {
    auto main = []() -> coro<> {
        queue<int> q(1024);
        bool stop = false;
        int items = 0;
        auto producer = create_task([&]() -> coro<> {
            while (!stop && items < 1'000'000) {
                co_await q.put(1);
                (void)co_await q.get();
                ++items;
            }
        });
        co_await settle();
        stop = true;
        co_await producer;
        EXPECT_LT(items, 10'000);
        EXPECT_GT(items, 0);
    };
    simulate(main);
}

TEST(Queue, JoinWaitsUntilEveryItemIsDone) {
    auto main = []() -> coro<> {
        queue<int> q;
        co_await q.join();
        q.put_nowait(1);
        q.put_nowait(2);
        auto joined = create_task([&]() -> coro<> { co_await q.join(); });
        (void)q.get_nowait();
        (void)q.get_nowait();
        q.task_done();
        co_await settle();
        EXPECT_FALSE(joined.done());
        q.task_done();
        co_await joined;
        EXPECT_THROW(q.task_done(), rota::usage_error);
    };
    simulate(main);
}

TEST(Queue, JoinCountsItemsThatWereHandedOverAndThatWereLetIn) {
    auto main = []() -> coro<> {
        queue<int> q(1);
        auto getter = create_task([&]() -> coro<> { (void)co_await q.get(); });
        co_await settle();
        q.put_nowait(0);
        q.put_nowait(1);
        auto putter = create_task(put(q, 2));
        co_await settle();
        for (int i = 1; i < 3; ++i) EXPECT_EQ(co_await q.get(), i);
        co_await getter;
        co_await putter;
        for (int i = 0; i < 3; ++i) q.task_done();
        EXPECT_THROW(q.task_done(), rota::usage_error);
        co_await q.join();
    };
    simulate(main);
}

TEST(Queue, JoinCancelledInWhicheverTurnEndsOrIsCancelled) {
    for (int turn = 0; turn < 12; ++turn) {
        auto main = [turn]() -> coro<> {
            queue<int> q;
            for (int i = 0; i < 3; ++i) q.put_nowait(i);
            auto const joins = [&]() -> coro<> { co_await q.join(); };
            auto victim = create_task(joins);
            auto other = create_task(joins);
            auto worker = create_task([&]() -> coro<> {
                for (int i = 0; i < 3; ++i) {
                    (void)co_await q.get();
                    co_await rota::yield();
                    q.task_done();
                }
            });
            co_await settle(turn);
            victim.cancel();
            (void)co_await ending(victim);
            EXPECT_EQ(co_await ending(other), "done") << turn;
            co_await worker;
        };
        simulate(main);
    }
}

TEST(Queue, ShutDownGivesWhatIsLeftAndTakesNothing) {
    auto main = []() -> coro<> {
        queue<int> q;
        q.put_nowait(1);
        q.put_nowait(2);
        q.shutdown();
        EXPECT_THROW(q.put_nowait(3), rota::queue_shut_down);
        EXPECT_EQ(co_await ending(create_task(put(q, 3))), "the queue is shut down");
        EXPECT_EQ(co_await q.get(), 1);
        EXPECT_EQ(q.get_nowait(), 2);
        EXPECT_THROW((void)q.get_nowait(), rota::queue_shut_down);
        auto getter = create_task([&]() -> coro<> { (void)co_await q.get(); });
        EXPECT_EQ(co_await ending(getter), "the queue is shut down");
    };
    simulate(main);
}

TEST(Queue, NextGivesItemsUntilItIsShutDownAndEmpty) {
    auto main = []() -> coro<> {
        queue<int> q;
        std::vector<int> got;
        auto consumer = create_task([&]() -> coro<> {
            while (auto item = co_await q.next()) got.push_back(*item);
        });
        co_await q.put(1);
        co_await rota::yield();
        co_await q.put(2);
        co_await q.put(3);
        q.shutdown();
        co_await consumer;
        EXPECT_EQ(got, (std::vector{1, 2, 3}));
        auto const after = co_await q.next();
        EXPECT_FALSE(after.has_value());
    };
    simulate(main);
}

TEST(Queue, NextCancelledAfterTheHandOverHasItsItemAndBeforeItNone) {
    auto main = []() -> coro<> {
        queue<int> q;
        int got = 0;
        auto const take = [&]() -> coro<> {
            auto const item = co_await q.next();
            got = item.value_or(-1);
        };
        auto waiting = create_task(take());
        co_await rota::yield();
        waiting.cancel();
        EXPECT_EQ(co_await ending(waiting), "cancelled");
        EXPECT_EQ(got, 0);
        auto handed = create_task(take());
        co_await rota::yield();
        q.put_nowait(7);
        handed.cancel();
        co_await handed;
        EXPECT_EQ(got, 7);
    };
    simulate(main);
}

TEST(Queue, ShutDownWakesThoseThatWait) {
    auto main = []() -> coro<> {
        queue<int> empty;
        auto getter = create_task([&]() -> coro<> { (void)co_await empty.get(); });
        queue<int> full(1);
        full.put_nowait(1);
        auto putter = create_task(put(full, 2));
        co_await settle();
        empty.shutdown();
        full.shutdown();
        EXPECT_EQ(co_await ending(getter), "the queue is shut down");
        EXPECT_EQ(co_await ending(putter), "the queue is shut down");
        EXPECT_EQ(full.get_nowait(), 1);
        EXPECT_TRUE(full.empty());
    };
    simulate(main);
}

TEST(Queue, ShutDownAtOnceDropsWhatIsLeftForJoinToo) {
    auto main = []() -> coro<> {
        queue<std::string> q;
        for (auto const* item : {"a", "b", "c"}) q.put_nowait(item);
        (void)q.get_nowait();
        auto joined = create_task([&]() -> coro<> { co_await q.join(); });
        co_await settle();
        q.shutdown(true);
        EXPECT_TRUE(q.empty());
        EXPECT_THROW((void)q.get_nowait(), rota::queue_shut_down);
        co_await settle();
        EXPECT_FALSE(joined.done());
        q.task_done();
        co_await joined;
    };
    simulate(main);
}

TEST(Queue, ShutDownAtOnceEndsJoinWhereNothingIsInHand) {
    auto main = []() -> coro<> {
        queue<int> q;
        q.put_nowait(1);
        auto joined = create_task([&]() -> coro<> { co_await q.join(); });
        co_await settle();
        q.shutdown(true);
        co_await joined;
    };
    simulate(main);
}

TEST(Queue, DestroyedUnderWaitersGivesThemAnError) {
    auto main = []() -> coro<> {
        auto empty = std::make_unique<queue<int>>();
        auto full = std::make_unique<queue<std::string>>(1);
        full->put_nowait("x");
        auto getter = create_task([&]() -> coro<> { (void)co_await empty->get(); });
        auto putter = create_task(put(*full, std::string(100, 'y')));
        auto joiner = create_task([&]() -> coro<> { co_await full->join(); });
        co_await settle();
        empty.reset();
        full.reset();
        auto const rest = ": destroyed while tasks wait for it; let it outlive the tasks that use it";
        EXPECT_EQ(co_await ending(getter), std::string("queue.get") + rest);
        EXPECT_EQ(co_await ending(putter), std::string("queue.put") + rest);
        EXPECT_EQ(co_await ending(joiner), std::string("queue.join") + rest);
    };
    simulate(main);
}

TEST(Queue, DestroyedAfterTheHandOverTheGetterHasItsItem) {
    auto main = []() -> coro<> {
        auto q = std::make_unique<queue<std::string>>();
        auto getter = create_task([&]() -> coro<std::string> { co_return co_await q->get(); });
        co_await settle();
        q->put_nowait("given");
        q.reset();
        EXPECT_EQ(co_await getter, "given");
    };
    simulate(main);
}

TEST(Queue, DestroysWhatIsLeftInIt) {
    auto const item = std::make_shared<int>(1);
    {
        queue<std::shared_ptr<int>> q;
        rota::lifo_queue<std::shared_ptr<int>> l;
        for (int i = 0; i < 10; ++i) q.put_nowait(item);
        for (int i = 0; i < 10; ++i) l.put_nowait(item);
        (void)q.get_nowait();
        EXPECT_EQ(item.use_count(), 20);
    }
    EXPECT_EQ(item.use_count(), 1);
}

}  // namespace
