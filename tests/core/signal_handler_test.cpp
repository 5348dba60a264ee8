#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <sys/time.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using rota::coro;

class SignalHandler : public testing::TestWithParam<rota::engine_kind> {
protected:
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, SignalHandler, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

coro<> until(int const& count, int wanted) {
    for (int turn = 0; turn < 20'000 && count < wanted; ++turn) co_await rota::sleep(1ms);
    EXPECT_EQ(count, wanted);
}

TEST_P(SignalHandler, IsCalledInATurnOfItsOwnWithCopiesOfItsArguments) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        int called = 0;
        std::string said;
        auto const handler = [&](std::string const& word) {
            ++called;
            said += word;
        };
        loop.add_signal_handler(SIGUSR1, handler, "word ");
        ::raise(SIGUSR1);
        EXPECT_EQ(called, 0);
        co_await until(called, 1);
        ::raise(SIGUSR1);
        co_await until(called, 2);
        EXPECT_EQ(said, "word word ");
    });
}

TEST_P(SignalHandler, TheLaterTakesThePlaceOfTheOneBefore) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        int first = 0;
        int second = 0;
        loop.add_signal_handler(SIGUSR1, [&] { ++first; });
        loop.add_signal_handler(SIGUSR1, [&] { ++second; });
        ::raise(SIGUSR1);
        co_await until(second, 1);
        EXPECT_EQ(first, 0);
        EXPECT_TRUE(loop.remove_signal_handler(SIGUSR1));
        EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
    });
}

TEST_P(SignalHandler, MayRemoveItselfAndAddAnother) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        int called = 0;
        auto const handler = [&] {
            ++called;
            loop.remove_signal_handler(SIGUSR1);
            loop.add_signal_handler(SIGUSR1, [&] { called += 10; });
        };
        loop.add_signal_handler(SIGUSR1, handler);
        ::raise(SIGUSR1);
        co_await until(called, 1);
        ::raise(SIGUSR1);
        co_await until(called, 11);
    });
}

TEST_P(SignalHandler, AnErrorInItGoesToTheExceptionHandler) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        int told = 0;
        loop.set_exception_handler([&](rota::loop&, rota::exception_context const&) { ++told; });
        loop.add_signal_handler(SIGUSR1, [] { throw std::runtime_error("in the handler"); });
        ::raise(SIGUSR1);
        co_await until(told, 1);
        ::raise(SIGUSR1);
        co_await until(told, 2);
    });
}

TEST_P(SignalHandler, IsGoneWithItsLoopAlsoWithASignalOnItsWay) {
    auto const of = [](int signal) {
        struct sigaction now{};
        ::sigaction(signal, nullptr, &now);
        return now.sa_handler;
    };
    EXPECT_EQ(of(SIGUSR1), SIG_DFL);
    auto kept = std::make_shared<int>(0);
    std::weak_ptr<int> const watch = kept;
    run([&]() -> coro<> {
        auto const handler = [kept = std::move(kept)] {};
        rota::running_loop().add_signal_handler(SIGUSR1, handler);
        ::raise(SIGUSR1);
        co_return;
    });
    EXPECT_EQ(of(SIGUSR1), SIG_DFL);
    EXPECT_TRUE(watch.expired());
}

TEST_P(SignalHandler, UncatchableOnesAreRefused) {
    run([]() -> coro<> {
        auto& loop = rota::running_loop();
        EXPECT_THROW(loop.add_signal_handler(SIGKILL, [] {}), rota::usage_error);
        EXPECT_THROW(loop.add_signal_handler(SIGSTOP, [] {}), rota::usage_error);
        EXPECT_FALSE(loop.remove_signal_handler(SIGKILL));
        co_return;
    });
}

// A handler of the program's own, installed by sigaction, at whatever moment: also inside call_soon_threadsafe itself, and
// inside what allocates frames and memory.
rota::loop* told = nullptr;
std::atomic<int> sent{0};
int received = 0;

TEST_P(SignalHandler, OfTheProgramsOwnMayCallCallSoonThreadsafe) {
    run([]() -> coro<> {
        told = &rota::running_loop();
        sent = 0;
        received = 0;
        struct sigaction own{};
        struct sigaction before{};
        own.sa_handler = [](int) {
            int const number = sent.fetch_add(1, std::memory_order_relaxed);
            told->call_soon_threadsafe([number] {
                EXPECT_EQ(number, received);
                ++received;
            });
        };
        own.sa_flags = static_cast<int>(SA_RESTART);
        ::sigaction(SIGALRM, &own, &before);
        itimerval const often{{0, 100}, {0, 100}};
        ::setitimer(ITIMER_REAL, &often, nullptr);
        int own_calls = 0;
        auto const work = []() -> coro<std::string> {
            co_await rota::yield();
            co_return std::string(100, 'x');
        };
        int asked = 0;
        while (sent < 300) {
            for (int each = 0; each < 20; ++each, ++asked) told->call_soon_threadsafe([&] { ++own_calls; });
            EXPECT_EQ((co_await work()).size(), 100U);
        }
        itimerval const never{};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigaction(SIGALRM, &before, nullptr);
        co_await until(received, sent);
        co_await until(own_calls, asked);
    });
}

}  // namespace
