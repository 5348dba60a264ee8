#include <rota/core/run.hpp>

#include "core/core_kit.hpp"

#include <rota/core/context_var.hpp>
#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/with_cleanup.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using core_kit::run_simulated;
using core_kit::what_of;
using rota::coro;
using namespace std::chrono_literals;

rota::runner_options const on_simulated(rota::engine_kind::simulated);

class Run : public core_kit::test {};

TEST_F(Run, GivesWhatMainGives) {
    EXPECT_EQ(run_simulated([]() -> coro<int> { co_return 3; }), 3);
    EXPECT_EQ(*run_simulated([]() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }), 4);
    int variable = 0;
    auto const refer = [&]() -> coro<int&> { co_return variable; };
    EXPECT_EQ(&rota::run(on_simulated, refer()), &variable);
}

TEST_F(Run, TakesACoroutineOrAFunctionAndItsArguments) {
    auto const length = [](std::string const& text, int times) -> coro<std::size_t> {
        co_await rota::sleep(1s);
        co_return text.size() * static_cast<std::size_t>(times);
    };
    EXPECT_EQ(rota::run(on_simulated, length("four", 2)), 8U);
    EXPECT_EQ(rota::run(on_simulated, length, "three", 3), 15U);
}

TEST_F(Run, RunsOnARealEngineByDefault) {
    auto const kind = []() -> coro<rota::engine_kind> { co_return rota::running_loop().kernel().kind(); };
    EXPECT_EQ(rota::run(on_simulated, kind()), rota::engine_kind::simulated);
    EXPECT_EQ(rota::run(rota::runner_options(rota::engine_kind::epoll), kind()), rota::engine_kind::epoll);
    if (std::getenv("ROTA_ENGINE") == nullptr) {
        EXPECT_NE(rota::run(kind()), rota::engine_kind::simulated);
    }
}

TEST_F(Run, ThrowsWhatMainThrows) {
    auto const fail = []() -> coro<int> {
        co_await rota::sleep(1s);
        throw std::runtime_error("out of main");
    };
    EXPECT_EQ(what_of<std::runtime_error>([&] { rota::run(on_simulated, fail()); }), "out of main");
}

TEST_F(Run, ACancelledMainThrowsCancelledError) {
    auto const cancel_myself = []() -> coro<> {
        rota::current_task().cancel();
        co_await rota::yield();
    };
    EXPECT_THROW(rota::run(on_simulated, cancel_myself()), rota::cancelled_error);
}

TEST_F(Run, InsideARunningLoopIsAUsageErrorAndTheLoopGoesOn) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const inner = []() -> coro<> { co_return; };
        auto const me = rota::current_task();
        EXPECT_THROW(rota::run(on_simulated, inner()), rota::usage_error);
        EXPECT_THROW(rota::run(on_simulated, inner), rota::usage_error);
        EXPECT_EQ(rota::current_task(), me);
        auto const before = rota::clock::now();
        co_await rota::sleep(1s);
        EXPECT_EQ(rota::clock::now() - before, 1s);
        auto const note = [&]() -> coro<> {
            log.push_back("task");
            co_return;
        };
        co_await rota::create_task(note());
        EXPECT_EQ(log, (core_kit::log{"task"}));
    });
}

TEST_F(Run, InACallbackOfARunningLoopIsAUsageErrorToo) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        rota::running_loop().call_soon([] { run_simulated([]() -> coro<> { co_return; }); });
        co_await rota::sleep(1s);
        EXPECT_EQ(reports.told.size(), 1U);
    });
}

TEST_F(Run, ARunnerMayBeMadeAndClosedInsideARunningLoop) {
    run_simulated([]() -> coro<> {
        auto const me = rota::current_task();
        { rota::runner const unused(on_simulated); }
        EXPECT_EQ(rota::current_task(), me);
        co_await rota::sleep(1s);
    });
}

TEST_F(Run, ClosingARunnerInsideItsOwnLoopIsAUsageError) {
    rota::runner runner(on_simulated);
    runner.run([&]() -> coro<> {
        EXPECT_THROW(runner.close(), rota::usage_error);
        co_await rota::sleep(1s);
    });
}

TEST_F(Run, OfACoroutineThatWasMovedFromIsAUsageError) {
    auto const nothing = []() -> coro<> { co_return; };
    auto c = nothing();
    rota::run(on_simulated, std::move(c));
    EXPECT_THROW(rota::run(on_simulated, std::move(c)), rota::usage_error);
}

TEST_F(Run, CancelsWhatMainLeavesInTheOrderOfItsMakingAndWaitsForItsEnd) {
    core_kit::log log;
    auto const worker = [&](std::string name, std::chrono::seconds to_end) -> coro<> {
        try {
            co_await rota::sleep(1h);
        } catch (rota::cancelled_error const&) {
            log.push_back(name + " is cancelled");
        }
        rota::current_task().uncancel();
        co_await rota::sleep(to_end);
        log.push_back(name + " ends");
    };
    run_simulated([&]() -> coro<> {
        rota::create_task(worker("a", 2s));
        rota::create_task(worker("b", 1s));
        co_await rota::yield();
        log.push_back("main ends");
    });
    EXPECT_EQ(log, (core_kit::log{"main ends", "a is cancelled", "b is cancelled", "b ends", "a ends"}));
}

TEST_F(Run, TasksThatNeverHadATurnNeverGetOne) {
    bool ran = false;
    auto const body = [&]() -> coro<> {
        co_await rota::sleep(1s);
        ran = true;
    };
    run_simulated([&]() -> coro<> {
        rota::create_task(body());
        co_return;
    });
    EXPECT_FALSE(ran);
}

TEST_F(Run, CancelsAlsoTheTasksThatCleanUpsLeave) {
    core_kit::log log;
    auto const serve_forever = [&]() -> coro<> {
        try {
            co_await rota::sleep(24h * 365 * 250);
            log.push_back("waited for");
        } catch (rota::cancelled_error const&) {
            log.push_back("cancelled too");
        }
    };
    auto const cleanup = [&]() -> coro<> {
        rota::create_task(serve_forever());
        co_await rota::sleep(1s);
        log.push_back("clean-up");
    };
    run_simulated([&]() -> coro<> {
        rota::create_task(rota::with_cleanup(rota::sleep(1h), cleanup));
        co_await rota::yield();
    });
    EXPECT_EQ(log, (core_kit::log{"clean-up", "cancelled too"}));
}

TEST_F(Run, ACleanUpMayAwaitATaskThatItMakes) {
    core_kit::log log;
    auto const flush = [&]() -> coro<> {
        co_await rota::sleep(1s);
        log.push_back("flushed");
    };
    auto const cleanup = [&]() -> coro<> { co_await rota::create_task(flush()); };
    run_simulated([&]() -> coro<> {
        rota::create_task(rota::with_cleanup(rota::sleep(1h), cleanup));
        co_await rota::yield();
    });
    EXPECT_EQ(log, (core_kit::log{"flushed"}));
}

TEST_F(Run, ACallbackThatMakesItselfAnewDoesNotKeepItFromReturning) {
    int calls = 0;
    struct again {
        int& calls;
        void operator()() const {
            ++calls;
            rota::running_loop().call_soon(again{calls});
        }
    };
    struct again_later {
        void operator()() const { rota::running_loop().call_later(1ms, again_later()); }
    };
    run_simulated([&]() -> coro<> {
        rota::running_loop().call_soon(again{calls});
        rota::running_loop().call_later(1ms, again_later());
        co_await rota::yield();
    });
    EXPECT_GE(calls, 1);
}

coro<> never_ends() {
    for (;;) {
        try {
            co_await rota::create_future<>();
        } catch (rota::cancelled_error const&) {
            rota::current_task().uncancel();
        }
    }
}

TEST_F(Run, ATaskThatCanNotBeEndedIsADeadlockInSimulation) {
    // Its frames are left alone, so what they hold is never given back: not for the count of this test.
    std::thread([] {
        auto const text = what_of<rota::deadlock_error>([] {
            run_simulated([]() -> coro<> {
                rota::create_task(rota::named("stubborn"), never_ends());
                co_await rota::yield();
            });
        });
        EXPECT_NE(text.find("stubborn"), std::string::npos);
    }).join();
}

TEST_F(Run, ErrorsOfWhatMainLeavesReachTheHandler) {
    std::vector<std::string> told;
    run_simulated([&]() -> coro<> {
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& context) { told.push_back(context.message); });
        auto const fail_on_cancel = []() -> coro<> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                throw std::runtime_error("on the way out");
            }
        };
        rota::create_task(rota::named("left"), fail_on_cancel());
        co_await rota::yield();
    });
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].find("left"), std::string::npos);
}

TEST_F(Run, ARunnerRunsSeveralTimesAndLeavesTasksRunningInBetween) {
    core_kit::log log;
    auto const worker = [&]() -> coro<> {
        for (int i = 0; i < 3; ++i) {
            co_await rota::sleep(1s);
            log.push_back("worker " + std::to_string(i));
        }
    };
    rota::runner runner(on_simulated);
    runner.run([&]() -> coro<> {
        rota::create_task(worker());
        co_await rota::sleep(1500ms);
    });
    log.push_back("between");
    EXPECT_EQ(runner.run([]() -> coro<int> {
        co_await rota::sleep(1s);
        co_return 5;
    }),
              5);
    runner.close();
    EXPECT_EQ(log, (core_kit::log{"worker 0", "between", "worker 1"}));
    EXPECT_THROW(runner.run([]() -> coro<> { co_return; }), rota::usage_error);
    EXPECT_THROW((void)runner.get_loop(), rota::usage_error);
    EXPECT_NO_THROW(runner.close());
}

TEST_F(Run, ABusyTaskLeftFromOneRunDoesNotStarveTheTimersOfTheNext) {
    rota::runner runner(on_simulated);
    bool stop = false;
    auto const busy = [&]() -> coro<> {
        while (!stop) {
            co_await rota::yield();
        }
    };
    runner.run([&]() -> coro<> {
        rota::create_task(busy());
        co_await rota::yield();
    });
    runner.run([&]() -> coro<> {
        co_await rota::sleep_until(rota::clock::now() - 1ns);
        stop = true;
    });
}

TEST_F(Run, ARunnerHasOneContextForAllItsRuns) {
    rota::context_var<int> number(0);
    auto const add = [&]() -> coro<int> {
        co_await rota::sleep(1s);
        number.set(number.get() + 1);
        co_return number.get();
    };
    number.set(10);
    rota::runner runner(on_simulated);
    EXPECT_EQ(runner.run(add), 11);
    number.set(20);
    EXPECT_EQ(runner.run(add), 12);
    auto const fail = [&]() -> coro<> {
        number.set(50);
        throw std::runtime_error("after it was set");
        co_return;
    };
    EXPECT_THROW(runner.run(fail), std::runtime_error);
    EXPECT_EQ(runner.run(add()), 51);
    EXPECT_EQ(number.get(), 20);
    number.reset({});
}

TEST_F(Run, MayRunInAGivenContextWhichKeepsWhatMainSets) {
    rota::context_var<int> number(0);
    auto const add = [&](int summand) -> coro<int> {
        number.set(number.get() + summand);
        co_return number.get();
    };
    rota::context own;
    own.run([&] { number.set(100); });
    rota::runner runner(on_simulated);
    EXPECT_EQ(runner.run(own, add(1)), 101);
    EXPECT_EQ(runner.run(own, add, 2), 103);
    EXPECT_EQ(runner.run(add, 1), 1);
    EXPECT_EQ(rota::run(on_simulated, own, add(1)), 104);
    EXPECT_EQ(own.run([&] { return number.get(); }), 104);
}

TEST_F(Run, ARunnerThatHasRunIsClosedAndRunAgainOnItsOwnThreadOnly) {
    std::optional<rota::runner> runner(on_simulated);
    core_kit::log log;
    auto const worker = [&]() -> coro<> {
        try {
            co_await rota::sleep(1h);
        } catch (rota::cancelled_error const&) {
            log.push_back("cancelled");
        }
    };
    runner->run([&]() -> coro<> {
        rota::create_task(worker());
        co_await rota::yield();
    });
    std::thread([&] {
        EXPECT_NE(what_of<rota::usage_error>([&] { runner->close(); }).find("thread"), std::string::npos);
        auto const nothing = []() -> coro<> { co_return; };
        EXPECT_THROW(runner->run(nothing), rota::usage_error);
    }).join();
    EXPECT_EQ(log, core_kit::log());
    runner->close();
    EXPECT_EQ(log, (core_kit::log{"cancelled"}));
}

TEST_F(Run, ARunnerDestroyedOnAnotherThreadThanItsOwnSaysSo) {
    auto runner = std::make_unique<rota::runner>(on_simulated);
    runner->run([]() -> coro<> { co_return; });
    testing::internal::CaptureStderr();
    std::thread([&] { runner.reset(); }).join();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("on the thread it ran on"), std::string::npos);
}

TEST_F(Run, ARunnerMayRunOnAnotherThreadThanItWasMadeOn) {
    rota::runner runner(on_simulated);
    std::thread([&] {
        EXPECT_EQ(runner.run([]() -> coro<int> { co_return 1; }), 1);
        runner.close();
    }).join();
}

TEST_F(Run, AfterMainTheCrowdOfOneTurnGetsOneMore) {
    // More than the scheduler resumes before it looks at the world in the middle of a turn.
    constexpr int crowd = 3000;
    int resumes = 0;
    int when_main_ended = 0;
    auto const busy = [&]() -> coro<> {
        for (int i = 0; i < 200; ++i) {
            co_await rota::yield();
            ++resumes;
        }
    };
    rota::runner runner(on_simulated);
    runner.run([&]() -> coro<> {
        for (int i = 0; i < crowd; ++i) rota::create_task(busy());
        co_await rota::yield();
        co_await rota::yield();
        when_main_ended = resumes;
    });
    EXPECT_LE(resumes - when_main_ended, 2 * crowd);
}

TEST_F(Run, AfterAnErrorOutOfMainARunnerGoesOn) {
    rota::runner runner(on_simulated);
    EXPECT_THROW(runner.run([]() -> coro<> {
        throw std::runtime_error("first");
        co_return;
    }),
                 std::runtime_error);
    EXPECT_EQ(runner.run([]() -> coro<int> { co_return 2; }), 2);
}

TEST_F(Run, TheClockIsTheLoopsWhileItRunsAndTheMachinesAfterwards) {
    auto const before = rota::clock::now();
    run_simulated([&]() -> coro<> {
        co_await rota::sleep(24h * 365 * 100);
        EXPECT_GT(rota::clock::now().time_since_epoch(), 24h * 365 * 100 - 1s);
    });
    EXPECT_LT(rota::clock::now() - before, 1h);
}

TEST_F(Run, LoopsInSeveralThreadsKeepOutOfEachOthersWay) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([t] {
            auto const sum = [](int n) -> coro<int> {
                int total = 0;
                for (int i = 0; i < n; ++i) {
                    co_await rota::yield();
                    total += i;
                }
                co_return total;
            };
            EXPECT_EQ(
                rota::run(on_simulated, [&]() -> coro<int> { co_return co_await rota::create_task(sum(100 + t)); }),
                (100 + t) * (99 + t) / 2);
        });
    for (auto& thread : threads) thread.join();
}

TEST_F(Run, ACoroutineMadeOnOneThreadMayRunOnAnother) {
    auto const length = [](std::string text) -> coro<std::size_t> {
        co_await rota::sleep(1s);
        co_return text.size();
    };
    blocks_wander();
    auto c = length(std::string(100, 'c'));
    std::thread([&] { EXPECT_EQ(rota::run(on_simulated, std::move(c)), 100U); }).join();
}

TEST_F(Run, EachAllocationMayFailAndNothingIsLeft) {
    auto const body = []() -> coro<int> {
        auto const child = []() -> coro<int> {
            co_await rota::sleep(1ms);
            co_return 1;
        };
        auto const future = rota::create_future<int>();
        rota::running_loop().call_soon([future] {
            if (!future.done()) future.set_result(1);
        });
        auto const task = rota::create_task(child());
        int sum = co_await child() + co_await future;
        sum += co_await task;
        co_return sum + co_await rota::create_task(child);
    };
    for (bool const frames : {true, false}) {
        std::uint64_t n = 1;
        for (;; ++n) {
            if (frames)
                rota::detail::frame_pool::fail_allocation(n);
            else
                rota::detail::slab_store::fail_allocation(n);
            bool failed = false;
            try {
                EXPECT_EQ(rota::run(on_simulated, body), 4);
            } catch (std::bad_alloc const&) {
                failed = true;
            }
            rota::detail::frame_pool::fail_allocation(0);
            rota::detail::slab_store::fail_allocation(0);
            if (!failed) break;
        }
        EXPECT_GE(n, 4U);
    }
}

}  // namespace
