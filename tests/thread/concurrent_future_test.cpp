#include <rota/thread/concurrent_future.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/thread/run_coroutine_threadsafe.hpp>
#include <rota/thread/to_thread.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::concurrent_future;
using rota::coro;

class ConcurrentFuture : public engine_test {
protected:
    /// Calls `f(loop)` in a thread beside the loop.
    template <class F>
    void run_beside(F&& f) {
        run([&]() -> coro<> {
            rota::loop& here = rota::running_loop();
            auto call = [&] { f(here); };
            co_await rota::to_thread(call);
        });
    }
};
INSTANTIATE_TEST_SUITE_P(OnEvery, ConcurrentFuture, testing::ValuesIn(real_engines()), name_of);

coro<std::string> text() { co_return std::string(100, 'x'); }
coro<std::unique_ptr<int>> owned() { co_return std::make_unique<int>(7); }
coro<> fail() {
    throw std::runtime_error("broken");
    co_return;
}
coro<> forever() { co_await rota::sleep(1h); }

TEST_P(ConcurrentFuture, GivesItsResultAsOftenAsItIsAsked) {
    run_beside([](rota::loop& loop) {
        auto const answer = rota::run_coroutine_threadsafe(text(), loop);
        EXPECT_EQ(answer.result(), std::string(100, 'x'));
        EXPECT_EQ(answer.result(5s), std::string(100, 'x'));
        EXPECT_TRUE(answer.done());
        EXPECT_FALSE(answer.cancelled());
        EXPECT_EQ(answer.exception(), nullptr);
        EXPECT_FALSE(answer.cancel());
    });
}

TEST_P(ConcurrentFuture, OfATemporaryItIsMovedOut) {
    run_beside([](rota::loop& loop) {
        EXPECT_EQ(*rota::run_coroutine_threadsafe(owned(), loop).result(), 7);
        auto shared = rota::run_coroutine_threadsafe(owned(), loop);
        auto const other = shared;
        EXPECT_THROW(std::move(shared).result(), rota::invalid_state_error);
        EXPECT_EQ(*other.result(), 7);
    });
}

TEST_P(ConcurrentFuture, ThrowsTheCoroutinesError) {
    run_beside([](rota::loop& loop) {
        auto const answer = rota::run_coroutine_threadsafe(fail(), loop);
        EXPECT_THROW(answer.result(), std::runtime_error);
        EXPECT_THROW(std::rethrow_exception(answer.exception(5s)), std::runtime_error);
    });
}

TEST_P(ConcurrentFuture, TimesOutAndTheCoroutineGoesOn) {
    run_beside([](rota::loop& loop) {
        auto const answer = rota::run_coroutine_threadsafe(forever(), loop);
        EXPECT_THROW(answer.result(1ms), rota::timeout_error);
        EXPECT_THROW((void)answer.exception(0ms), rota::timeout_error);
        EXPECT_FALSE(answer.done());
        EXPECT_TRUE(answer.cancel());
        EXPECT_THROW(answer.result(), rota::cancelled_error);
    });
}

TEST_P(ConcurrentFuture, CancelWaitsForTheCoroutinesEndAndAResultWins) {
    run_beside([](rota::loop& loop) {
        auto stubborn = []() -> coro<int> {
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                rota::current_task().uncancel();
            }
            co_return 3;
        };
        auto const answer = rota::run_coroutine_threadsafe(stubborn(), loop);
        EXPECT_THROW(answer.result(10ms), rota::timeout_error);
        EXPECT_TRUE(answer.cancel());
        EXPECT_EQ(answer.result(), 3);
        EXPECT_FALSE(answer.cancelled());
    });
}

TEST_P(ConcurrentFuture, OutlivesTheLoop) {
    concurrent_future<std::string> kept;
    run_beside([&](rota::loop& loop) {
        kept = rota::run_coroutine_threadsafe(text(), loop);
        kept.result();
    });
    EXPECT_EQ(kept.result(), std::string(100, 'x'));
}

TEST_P(ConcurrentFuture, CallsBackWhereItEndsAndAtOnceWhereItIsDone) {
    run_beside([](rota::loop& loop) {
        std::vector<int> order;
        std::promise<std::thread::id> told;
        auto const here = std::this_thread::get_id();
        auto const answer = rota::run_coroutine_threadsafe(forever(), loop);
        answer.add_done_callback([&](concurrent_future<> const&) { order.push_back(1); });
        answer.add_done_callback([&](concurrent_future<> const& done) {
            order.push_back(done.cancelled() ? 2 : 0);
            told.set_value(std::this_thread::get_id());
        });
        EXPECT_TRUE(answer.cancel());
        EXPECT_NE(told.get_future().get(), here);
        answer.add_done_callback([&](concurrent_future<> const&) {
            order.push_back(3);
            EXPECT_EQ(std::this_thread::get_id(), here);
        });
        EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
        // Told on standard error, and no more.
        answer.add_done_callback([](concurrent_future<> const&) { throw std::runtime_error("of a callback"); });
    });
}

TEST_P(ConcurrentFuture, WaitedForOnTheLoopsOwnThreadIsMisuse) {
    run([]() -> coro<> {
        auto const answer = rota::run_coroutine_threadsafe(text(), rota::running_loop());
        EXPECT_THROW(answer.result(), rota::usage_error);
        co_await rota::sleep(1ms);
        EXPECT_EQ(answer.result(), std::string(100, 'x'));
    });
}

TEST(ConcurrentFutureEmpty, IsRefused) {
    concurrent_future<> const empty;
    EXPECT_FALSE(empty);
    EXPECT_THROW((void)empty.done(), rota::usage_error);
    EXPECT_THROW(empty.result(), rota::usage_error);
    EXPECT_THROW((void)empty.cancel(), rota::usage_error);
}

}  // namespace
