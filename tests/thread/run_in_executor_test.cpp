#include <rota/thread/run_in_executor.hpp>

#include "io/io_kit.hpp"
#include "thread/gate.hpp"

#include <rota/core/cancellation.hpp>
#include <rota/core/context_var.hpp>
#include <rota/thread/thread_pool.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using thread_kit::gate;

class RunInExecutor : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, RunInExecutor, testing::ValuesIn(all_engines()), name_of);

TEST_P(RunInExecutor, GivesWhatTheFunctionReturnsAndCarriesErrorsBack) {
    run([]() -> coro<> {
        rota::thread_pool pool(2);
        auto add = [](int a, int b) { return a + b; };
        EXPECT_EQ(co_await rota::run_in_executor(pool, add, 40, 2), 42);
        auto own = [](std::unique_ptr<int> number) { return number; };
        auto const owned = co_await rota::run_in_executor(pool, own, std::make_unique<int>(7));
        EXPECT_EQ(*owned, 7);
        auto fail = [] { throw std::runtime_error("broken"); };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::run_in_executor(pool, fail)), "broken");
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::run_in_executor(std::nullopt, fail)), "broken");
    });
}

rota::context_var<std::string> user{"nobody"};

TEST_P(RunInExecutor, LeavesContextVariablesBehind) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        user.set("root");
        auto ask = [] { return user.get(); };
        EXPECT_EQ(co_await rota::run_in_executor(pool, ask), "nobody");
        EXPECT_EQ(co_await rota::run_in_executor(std::nullopt, ask), "nobody");
        rota::running_loop().set_default_executor(pool);
        EXPECT_EQ(co_await rota::to_thread(ask), "root");
        rota::running_loop().set_default_executor(std::nullopt);
    });
}

TEST_P(RunInExecutor, ManyOnFewThreadsAllEnd) {
    run([]() -> coro<> {
        rota::thread_pool pool(3);
        std::atomic<int> sum{0};
        auto work = [&](int number) -> coro<> {
            auto add = [&sum, number] { sum += number; };
            co_await rota::run_in_executor(pool, add);
        };
        std::vector<rota::task<>> working;
        for (int i = 1; i <= 200; ++i) working.push_back(rota::create_task(work(i)));
        for (auto const& each : working) co_await each;
        EXPECT_EQ(sum, 20100);
    });
}

class RunInExecutorReal : public engine_test {
protected:
    /// Runs `then(pool, blocking)` while the one thread of `pool` is held up.
    template <class F>
    void while_busy(F then) {
        run([&]() -> coro<> {
            rota::thread_pool pool(1);
            gate held;
            auto block = [&]() -> coro<> {
                auto wait = [&] { held.wait(); };
                co_await rota::run_in_executor(pool, wait);
            };
            auto const blocking = rota::create_task(block());
            co_await rota::yield();
            held.wait_for_somebody();
            co_await then(pool, held);
            held.open();
            co_await blocking;
        });
    }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, RunInExecutorReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(RunInExecutorReal, WaitingForAFreeThreadCanBeCancelled) {
    while_busy([](rota::thread_pool& pool, gate&) -> coro<> {
        auto ran = std::make_shared<bool>(false);
        auto work = [&]() -> coro<> {
            auto note = [ran] { *ran = true; };
            co_await rota::run_in_executor(pool, note);
        };
        auto const queued = rota::create_task(work());
        co_await rota::yield();
        queued.cancel();
        while (!queued.done()) co_await rota::yield();
        EXPECT_TRUE(queued.cancelled());
        EXPECT_FALSE(*ran);
        EXPECT_EQ(ran.use_count(), 1);
    });
}

TEST_P(RunInExecutorReal, ACancelTakenBackLetsTheQueuedWorkRun) {
    while_busy([](rota::thread_pool& pool, gate& held) -> coro<> {
        auto work = [&]() -> coro<int> {
            auto number = [] { return 7; };
            co_return co_await rota::run_in_executor(pool, number);
        };
        auto const queued = rota::create_task(work());
        co_await rota::yield();
        queued.cancel();
        queued.uncancel();
        held.open();
        EXPECT_EQ(co_await queued, 7);
    });
}

TEST_P(RunInExecutorReal, CancelledWhileItRunsIsAwaitedAndItsResultDelivered) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        gate held;
        auto work = [&]() -> coro<int> {
            int on_my_frame = 0;
            auto wait = [&] {
                held.wait();
                return on_my_frame = 7;
            };
            co_return co_await rota::run_in_executor(pool, wait);
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        held.wait_for_somebody();
        working.cancel();
        for (int turns = 0; turns < 100; ++turns) co_await rota::yield();
        EXPECT_FALSE(working.done());
        held.open();
        EXPECT_EQ(co_await working, 7);
    });
}

TEST_P(RunInExecutorReal, CancelledTellsTheFunctionByItsStopToken) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        gate begun;
        auto work = [&]() -> coro<int> {
            auto search = [&](std::stop_token const& stop, int answer) {
                begun.wait();
                while (!stop.stop_requested()) std::this_thread::yield();
                return answer;
            };
            co_return co_await rota::run_in_executor(pool, search, 7);
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        begun.wait_for_somebody();
        begun.open();
        working.cancel();
        EXPECT_EQ(co_await working, 7);
    });
}

TEST_P(RunInExecutorReal, AbandonedOnTheDefaultExecutorIsStillWaitedForByRun) {
    auto const held = std::make_shared<gate>();
    auto const ended = std::make_shared<std::atomic<bool>>(false);
    rota::thread_pool pool(1);
    run([&]() -> coro<> {
        rota::running_loop().set_default_executor(pool);
        auto work = [&]() -> coro<> {
            auto wait = [held, ended] {
                held->wait();
                *ended = true;
            };
            co_await rota::to_thread(rota::abandon_on_cancel, wait);
        };
        auto const working = rota::create_task(work());
        co_await rota::yield();
        held->wait_for_somebody();
        working.cancel();
        while (!working.done()) co_await rota::yield();
        EXPECT_TRUE(working.cancelled());
        EXPECT_FALSE(*ended);
        held->open();
    });
    EXPECT_TRUE(*ended);
}

}  // namespace
