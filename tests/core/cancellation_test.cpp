#include <rota/core/cancellation.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_shield.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Cancellation : public core_kit::test {};

coro<> sleep_long() { co_await rota::sleep(1h); }

struct death_note {
    int* deaths;
    explicit death_note(int& count) : deaths(&count) {}
    death_note(death_note&& other) noexcept : deaths(std::exchange(other.deaths, nullptr)) {}
    death_note& operator=(death_note&&) = delete;
    ~death_note() {
        if (deaths) ++*deaths;
    }
};

TEST_F(Cancellation, TheErrorIsNoStdException) {
    EXPECT_FALSE((std::is_base_of_v<std::exception, rota::cancelled_error>));
    EXPECT_TRUE(std::is_final_v<rota::cancelled_error>);
    EXPECT_TRUE((std::is_base_of_v<std::exception, rota::timeout_error>));
}

TEST_F(Cancellation, TheErrorIsRecognisedWithoutThrowingIt) {
    EXPECT_TRUE(rota::detail::is_cancelled(std::make_exception_ptr(rota::cancelled_error())));
    EXPECT_FALSE(rota::detail::is_cancelled(std::make_exception_ptr(rota::timeout_error())));
    EXPECT_FALSE(rota::detail::is_cancelled(nullptr));
}

TEST_F(Cancellation, EndsTheWaitOfASuspendedTask) {
    run_simulated([]() -> coro<> {
        auto const task = rota::create_task(sleep_long());
        co_await rota::sleep(1s);
        auto const before = rota::clock::now();
        EXPECT_TRUE(task.cancel());
        EXPECT_FALSE(task.done());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_TRUE(task.cancelled());
        EXPECT_EQ(rota::clock::now(), before);
    });
}

TEST_F(Cancellation, BeforeTheFirstTurnTheBodyNeverRunsAndItsParametersAreLetGo) {
    int deaths = 0;
    bool ran = false;
    auto const body = [&](death_note) -> coro<> {
        ran = true;
        co_return;
    };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(body(death_note(deaths)));
        task.cancel();
        co_await rota::yield();
        EXPECT_TRUE(task.cancelled());
        EXPECT_FALSE(ran);
        EXPECT_EQ(deaths, 1);
    });
}

TEST_F(Cancellation, OfATaskThatIsDoneIsRefused) {
    run_simulated([]() -> coro<> {
        auto const quick = []() -> coro<int> { co_return 1; };
        auto const task = rota::create_task(quick());
        co_await task;
        EXPECT_FALSE(task.cancel());
        EXPECT_FALSE(task.cancelled());
        EXPECT_EQ(task.result(), 1);
    });
}

TEST_F(Cancellation, RequestsAreCountedAndTakenBackOneByOne) {
    run_simulated([]() -> coro<> {
        std::vector<std::uint32_t> counts;
        auto const body = [&]() -> coro<> {
            auto const me = rota::current_task();
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                counts.push_back(me.cancelling());
                counts.push_back(me.uncancel());
                counts.push_back(me.uncancel());
                counts.push_back(me.uncancel());  // none is left: nothing happens
            }
            co_await rota::sleep(1ms);
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        EXPECT_EQ(task.cancelling(), 0U);
        task.cancel();
        task.cancel();
        EXPECT_EQ(task.cancelling(), 2U);
        co_await task;
        EXPECT_EQ(counts, (std::vector<std::uint32_t>{2, 1, 0, 0}));
        EXPECT_FALSE(task.cancelled());
    });
}

TEST_F(Cancellation, EachFurtherAwaitRaisesUntilItIsAcknowledged) {
    run_simulated([]() -> coro<> {
        int raised = 0;
        auto const body = [&]() -> coro<> {
            for (int i = 0; i < 5; ++i) {
                try {
                    if (i % 2 == 0)
                        co_await rota::sleep(1h);
                    else
                        co_await rota::yield();
                } catch (rota::cancelled_error const&) {
                    ++raised;
                }
            }
            rota::current_task().uncancel();
            co_await rota::sleep(1s);
            co_await rota::yield();
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        task.cancel();
        co_await task;
        EXPECT_EQ(raised, 5);
    });
}

TEST_F(Cancellation, AwaitingACoroutineChecksNothingItself) {
    run_simulated([]() -> coro<> {
        auto const add = [](int a, int b) -> coro<int> { co_return a + b; };
        int sum = 0;
        auto const body = [&]() -> coro<> {
            rota::current_task().cancel();
            sum = co_await add(1, 2);
            co_await rota::sleep(1h);
        };
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(sum, 3);
    });
}

TEST_F(Cancellation, ARequestFromTheTaskItselfComesOutOfItsNextAwait) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const body = [&]() -> coro<> {
            rota::current_task().cancel();
            log.push_back("goes on");
            co_await rota::yield();
            log.push_back("never");
        };
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(log, (core_kit::log{"goes on"}));
    });
}

TEST_F(Cancellation, TheFirstRaiseIsAtOnceAndLaterOnesComeByTheReadyQueue) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const body = [&]() -> coro<> {
            rota::current_task().cancel();
            for (int i = 0; i < 3; ++i) {
                try {
                    co_await rota::sleep(1h);
                } catch (rota::cancelled_error const&) {
                    log.push_back("raise");
                }
            }
        };
        auto const other = [&]() -> coro<> {
            for (int i = 0; i < 3; ++i) {
                log.push_back("other");
                co_await rota::yield();
            }
        };
        auto const task = rota::create_task(body());
        auto const second = rota::create_task(other());
        co_await task;
        co_await second;
        EXPECT_EQ(log, (core_kit::log{"raise", "other", "raise", "other", "raise", "other"}));
    });
}

TEST_F(Cancellation, ALoopThatSwallowsItDoesNotHangTheThreadAndIsReportedOnceWithItsLine) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        unsigned line = 0;
        bool stop = false;
        auto const stubborn = [&]() -> coro<> {
            while (!stop) {
                try {
                    line = __LINE__ + 1;
                    co_await rota::sleep(1h);
                } catch (rota::cancelled_error const&) {}
            }
        };
        auto const task = rota::create_task(rota::named("stubborn"), stubborn());
        co_await rota::yield();
        task.cancel();
        for (int i = 0; i < 90; ++i) co_await rota::yield();
        EXPECT_EQ(reports.told.size(), 0U);
        for (int i = 0; i < 400; ++i) co_await rota::yield();
        stop = true;
        co_await task;
        if (reports.told.size() != 1) {
            ADD_FAILURE() << reports.told.size() << " reports";
            co_return;
        }
        EXPECT_NE(reports.told[0].find("stubborn"), std::string::npos) << reports.told[0];
        EXPECT_NE(reports.told[0].find("cancellation_test.cpp:" + std::to_string(line)), std::string::npos)
            << reports.told[0];
    });
}

TEST_F(Cancellation, AnAcknowledgedRequestStartsTheCountOfRaisesAnew) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        auto const patient = []() -> coro<> {
            auto const me = rota::current_task();
            for (int i = 0; i < 300; ++i) {
                me.cancel();
                try {
                    co_await rota::yield();
                } catch (rota::cancelled_error const&) {
                    me.uncancel();
                }
            }
        };
        co_await rota::create_task(patient());
        EXPECT_EQ(reports.told, core_kit::strings());
    });
}

TEST_F(Cancellation, AFinishedOperationWinsAndTheNextAwaitRaises) {
    run_simulated([]() -> coro<> {
        int got = 0;
        auto const future = rota::create_future<int>();
        auto const body = [&]() -> coro<> {
            got = co_await future;
            co_await rota::yield();
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        future.set_result(5);
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(got, 5);
    });
}

TEST_F(Cancellation, ATaskThatReturnsAValueHasItAlsoWithARequestPending) {
    run_simulated([]() -> coro<> {
        auto const future = rota::create_future<int>();
        auto const body = [&]() -> coro<int> { co_return co_await future; };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        future.set_result(5);
        EXPECT_TRUE(task.cancel());
        EXPECT_EQ(co_await task, 5);
        EXPECT_FALSE(task.cancelled());
        EXPECT_EQ(task.cancelling(), 1U);
    });
}

TEST_F(Cancellation, OfWhoAwaitsATaskCancelsThatTaskAndWaitsForItsEnd) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const inner = [&]() -> coro<> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                log.push_back("inner is cancelled");
            }
            rota::current_task().uncancel();
            co_await rota::sleep(1s);
            log.push_back("inner ends");
        };
        auto const child = rota::create_task(inner());
        auto const outer = [&]() -> coro<> {
            co_await child;
            log.push_back("outer goes on");
            co_await rota::yield();
        };
        auto const waiter = rota::create_task(outer());
        co_await rota::yield();
        co_await rota::yield();
        waiter.cancel();
        EXPECT_EQ(child.cancelling(), 1U);
        EXPECT_THROW(co_await waiter, rota::cancelled_error);
        EXPECT_EQ(log, (core_kit::log{"inner is cancelled", "inner ends", "outer goes on"}));
    });
}

TEST_F(Cancellation, ReachesTheAwaitedTaskOnceForEachRequest) {
    run_simulated([]() -> coro<> {
        std::uint32_t seen = 0;
        auto const inner = [&]() -> coro<> {
            try {
                co_await rota::with_shield(rota::sleep(1s));
                co_await rota::yield();
            } catch (rota::cancelled_error const&) {
                seen = rota::current_task().cancelling();
                throw;
            }
        };
        auto const child = rota::create_task(inner());
        auto const outer = [&]() -> coro<> { co_await child; };
        auto const waiter = rota::create_task(outer());
        co_await rota::yield();
        co_await rota::yield();
        waiter.cancel();
        waiter.cancel();
        waiter.cancel();
        EXPECT_THROW(co_await waiter, rota::cancelled_error);
        EXPECT_EQ(seen, 3U);
    });
}

TEST_F(Cancellation, OfTheAwaitedTaskComesOutOfItsWaitersWithTheirOwnCountAtZero) {
    run_simulated([]() -> coro<> {
        auto const child = rota::create_task(sleep_long());
        std::uint32_t count = 99;
        bool raised = false;
        auto const outer = [&]() -> coro<> {
            try {
                co_await child;
            } catch (rota::cancelled_error const&) {
                raised = true;
                count = rota::current_task().cancelling();
            }
            co_await rota::sleep(1s);
        };
        auto const waiter = rota::create_task(outer());
        co_await rota::yield();
        co_await rota::yield();
        child.cancel();
        co_await waiter;
        EXPECT_TRUE(raised);
        EXPECT_EQ(count, 0U);
    });
}

TEST_F(Cancellation, PassesThroughAllLevelsOfAwait) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const level = [&](auto const& self, int depth) -> coro<> {
            try {
                if (depth == 0)
                    co_await rota::sleep(1h);
                else
                    co_await self(self, depth - 1);
            } catch (rota::cancelled_error const&) {
                log.push_back(std::to_string(depth));
                throw;
            }
        };
        auto const task = rota::create_task(level(level, 3));
        co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(log, (core_kit::log{"0", "1", "2", "3"}));
    });
}

TEST_F(Cancellation, ARequestInAYieldComesOutOfIt) {
    run_simulated([]() -> coro<> {
        bool went_on = false;
        auto const body = [&]() -> coro<> {
            co_await rota::yield();
            went_on = true;
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_FALSE(went_on);
    });
}

TEST_F(Cancellation, ASleepOfZeroRaisesLikeAYield) {
    run_simulated([]() -> coro<> {
        bool went_on = false;
        auto const body = [&]() -> coro<> {
            co_await rota::sleep(0s);
            went_on = true;
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_FALSE(went_on);
    });
}

TEST_F(Cancellation, ThrownWithoutARequestEndsATaskAsCancelled) {
    run_simulated([]() -> coro<> {
        auto const body = []() -> coro<> {
            throw rota::cancelled_error();
            co_return;
        };
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_TRUE(task.cancelled());
        EXPECT_EQ(task.cancelling(), 0U);
    });
}

TEST_F(Cancellation, ATaskThatFailsWhileItIsCancelledHasItsError) {
    run_simulated([]() -> coro<> {
        auto const body = []() -> coro<> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                throw std::runtime_error("on the way out");
            }
        };
        auto const task = rota::create_task(body());
        co_await rota::yield();
        task.cancel();
        EXPECT_THROW(co_await task, std::runtime_error);
        EXPECT_FALSE(task.cancelled());
    });
}

// Two tasks that await each other are no more than a deadlock; a cancel breaks it.
TEST_F(Cancellation, BreaksARingOfTasksThatAwaitEachOther) {
    run_simulated([]() -> coro<> {
        rota::task<> first, second;
        auto const await_other = [](rota::task<> const& other) -> coro<> {
            co_await rota::yield();
            co_await other;
        };
        first = rota::create_task(await_other(second));
        second = rota::create_task(await_other(first));
        co_await rota::sleep(1s);
        EXPECT_TRUE(first.cancel());
        co_await rota::sleep(1s);
        EXPECT_TRUE(first.done());
        EXPECT_TRUE(second.cancelled());
    });
}

TEST_F(Cancellation, FromOutsideARingBreaksIt) {
    run_simulated([]() -> coro<> {
        rota::task<> first, second;
        auto const await_other = [](rota::task<> const& other) -> coro<> {
            co_await rota::yield();
            co_await other;
        };
        first = rota::create_task(await_other(second));
        second = rota::create_task(await_other(first));
        auto const outside = rota::create_task(await_other(first));
        co_await rota::sleep(1s);
        outside.cancel();
        co_await rota::sleep(1s);
        EXPECT_TRUE(first.done());
        EXPECT_TRUE(second.done());
        EXPECT_TRUE(outside.done());
    });
}

TEST_F(Cancellation, ALongRowOfTasksThatAwaitEachOtherNeedsNoStack) {
    run_simulated([]() -> coro<> {
        std::vector<rota::task<>> row;
        row.push_back(rota::create_task(sleep_long()));
        auto const await_one = [](rota::task<> other) -> coro<> { co_await other; };
        for (int i = 0; i < 100'000; ++i) row.push_back(rota::create_task(await_one(row.back())));
        co_await rota::sleep(1s);
        row.back().cancel();
        EXPECT_EQ(row.front().cancelling(), 1U);
        EXPECT_THROW(co_await row.back(), rota::cancelled_error);
    });
}

TEST_F(Cancellation, AtEachTurnOfATaskLeavesNothingBehind) {
    for (int turn = 0; turn < 12; ++turn) {
        run_simulated([&]() -> coro<> {
            auto const future = rota::create_future<int>();
            auto const child = []() -> coro<int> {
                co_await rota::sleep(1ms);
                co_return 1;
            };
            auto const body = [&]() -> coro<> {
                co_await rota::yield();
                co_await child();
                co_await rota::create_task(child());
                co_await rota::with_shield(child());
                rota::running_loop().call_soon([&] { future.done() ? void() : future.set_result(1); });
                co_await future;
            };
            auto const task = rota::create_task(body());
            for (int i = 0; i < turn; ++i) co_await rota::yield();
            task.cancel();
            co_await rota::sleep(1s);
            EXPECT_TRUE(task.done());
            EXPECT_EQ(rota::all_tasks().size(), 1U);
        });
    }
}

}  // namespace
