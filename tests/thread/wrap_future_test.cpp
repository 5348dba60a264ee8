#include <rota/thread/wrap_future.hpp>

#include "io/io_kit.hpp"
#include "thread/gate.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/thread/run_coroutine_threadsafe.hpp>
#include <rota/thread/thread_pool.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace {

using namespace io_kit;
using rota::coro;
using thread_kit::gate;

class WrapFuture : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, WrapFuture, testing::ValuesIn(all_engines()), name_of);

TEST_P(WrapFuture, GivesWhatWasSubmittedToAPool) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        EXPECT_EQ(co_await rota::wrap_future(pool.submit([](int a) { return a * 2; }, 21)), 42);
        auto const owned = co_await rota::wrap_future(pool.submit([] { return std::make_unique<int>(7); }));
        EXPECT_EQ(*owned, 7);
        co_await rota::wrap_future(pool.submit([] {}));
        auto fail = [] { throw std::runtime_error("broken"); };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::wrap_future(pool.submit(fail))), "broken");
    });
}

TEST_P(WrapFuture, OfOneThatIsDoneGivesItsResult) {
    run([]() -> coro<> {
        auto number = []() -> coro<int> { co_return 7; };
        auto const answer = rota::run_coroutine_threadsafe(number(), rota::running_loop());
        while (!answer.done()) co_await rota::yield();
        EXPECT_EQ(co_await rota::wrap_future(answer), 7);
        EXPECT_EQ(co_await rota::wrap_future(answer), 7);
    });
}

TEST_P(WrapFuture, CancelledCancelsItAndWaitsForItsEnd) {
    run([]() -> coro<> {
        bool ended = false;
        auto forever = [&]() -> coro<> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                ended = true;
                throw;
            }
        };
        auto const answer = rota::run_coroutine_threadsafe(forever(), rota::running_loop());
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(rota::wrap_future(answer), 1ms)), "");
        EXPECT_TRUE(ended);
        EXPECT_TRUE(answer.cancelled());
    });
}

class WrapFutureReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, WrapFutureReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(WrapFutureReal, AwaitsACoroutineOfAnotherThreadsLoop) {
    std::promise<rota::loop*> made;
    rota::engine_options const options(GetParam().kind);
    std::thread other([&] {
        rota::runner runner{rota::runner_options(options)};
        auto tell = [&]() -> coro<> {
            made.set_value(&rota::running_loop());
            co_return;
        };
        runner.run(tell());
        runner.run_forever();
    });
    rota::loop& there = *made.get_future().get();
    run([&]() -> coro<> {
        auto which = [](int number) -> coro<std::pair<std::thread::id, int>> {
            co_await rota::sleep(1ms);
            co_return std::pair(std::this_thread::get_id(), number);
        };
        for (int i = 0; i < 20; ++i) {
            auto const answer = co_await rota::wrap_future(rota::run_coroutine_threadsafe(which(i), there));
            EXPECT_EQ(answer.first, other.get_id());
            EXPECT_EQ(answer.second, i);
        }
        auto forever = []() -> coro<> { co_await rota::sleep(1h); };
        auto const answer = rota::run_coroutine_threadsafe(forever(), there);
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(rota::wrap_future(answer), 1ms)), "");
        EXPECT_TRUE(answer.cancelled());
    });
    there.call_soon_threadsafe([&there] { there.stop(); });
    other.join();
}

TEST_P(WrapFutureReal, CancelledWithdrawsWhatAPoolHasNotBegun) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        gate held;
        auto const blocking = pool.submit([&] { held.wait(); });
        held.wait_for_somebody();
        auto const queued = pool.submit([] {});
        EXPECT_FALSE(blocking.cancel());
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(rota::wrap_future(queued), 1ms)), "");
        EXPECT_TRUE(queued.cancelled());
        held.open();
        co_await rota::wrap_future(blocking);
    });
}

}  // namespace
