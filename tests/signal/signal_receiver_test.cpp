#include <rota/signal/signal_receiver.hpp>

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/context_var.hpp>
#include <rota/core/future.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using rota::coro;

struct sigaction disposition_of(int signal) {
    struct sigaction now{};
    ::sigaction(signal, nullptr, &now);
    return now;
}

class SignalReceiver : public testing::TestWithParam<rota::engine_kind> {
protected:
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, SignalReceiver, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

TEST_P(SignalReceiver, GivesSignalsAsTheyComeAndTheLowestFirst) {
    run([]() -> coro<> {
        rota::signal_receiver signals(SIGUSR1, SIGUSR2, SIGWINCH);
        ::raise(SIGUSR2);
        EXPECT_EQ(co_await signals.next(), SIGUSR2);
        ::raise(SIGWINCH);
        ::raise(SIGUSR1);
        EXPECT_EQ(co_await signals.next(), SIGUSR1);
        EXPECT_EQ(co_await signals.next(), SIGWINCH);
    });
}

TEST_P(SignalReceiver, OneThatComesAgainBeforeItWasTakenCountsOnce) {
    run([]() -> coro<> {
        rota::signal_receiver signals(SIGUSR1);
        for (int each = 0; each < 1000; ++each) ::raise(SIGUSR1);
        EXPECT_EQ(co_await signals.next(), SIGUSR1);
        bool none = false;
        try {
            co_await rota::wait_for(signals.next(), 5ms);
        } catch (rota::timeout_error const&) {
            none = true;
        }
        EXPECT_TRUE(none);
        ::raise(SIGUSR1);
        EXPECT_EQ(co_await signals.next(), SIGUSR1);
    });
}

TEST_P(SignalReceiver, AHandlerIsCalledInTheContextItWasAddedIn) {
    run([]() -> coro<> {
        static rota::context_var<int> number(0);
        auto seen = rota::create_future<int>();
        number.set(1);
        rota::running_loop().add_signal_handler(SIGUSR1, [&] { seen.set_result(number.get()); });
        number.set(2);
        ::raise(SIGUSR1);
        EXPECT_EQ(co_await seen, 1);
    });
}

TEST_P(SignalReceiver, EachOfSeveralGetsIt) {
    run([]() -> coro<> {
        rota::signal_receiver first(SIGUSR1);
        rota::signal_receiver second(SIGUSR1);
        int handled = 0;
        rota::running_loop().add_signal_handler(SIGUSR1, [&] { ++handled; });
        ::raise(SIGUSR1);
        EXPECT_EQ(co_await first.next(), SIGUSR1);
        EXPECT_EQ(co_await second.next(), SIGUSR1);
        EXPECT_EQ(handled, 1);
    });
}

TEST_P(SignalReceiver, WakesALoopThatSleepsInTheKernel) {
    run([]() -> coro<> {
        rota::signal_receiver signals(SIGUSR1);
        std::thread other([] {
            ::usleep(20'000);  // real time is the subject
            ::kill(::getpid(), SIGUSR1);
        });
        EXPECT_EQ(co_await signals.next(), SIGUSR1);
        other.join();
    });
}

TEST_P(SignalReceiver, OfSeveralThatWaitOneGetsEachSignal) {
    run([]() -> coro<> {
        rota::signal_receiver signals(SIGUSR1, SIGUSR2);
        auto const first = rota::create_task(signals.next());
        auto const second = rota::create_task(signals.next());
        co_await rota::yield();
        ::raise(SIGUSR1);
        co_await rota::sleep(5ms);
        EXPECT_TRUE(first.done());
        EXPECT_FALSE(second.done());
        ::raise(SIGUSR2);
        EXPECT_EQ(co_await second, SIGUSR2);
    });
}

TEST_P(SignalReceiver, ACancelledWaitLosesNoSignal) {
    run([]() -> coro<> {
        rota::signal_receiver signals(SIGUSR1);
        for (int turns = 0; turns < 6; ++turns) {
            auto const waits = rota::create_task(signals.next());
            co_await rota::yield();
            ::raise(SIGUSR1);
            for (int turn = 0; turn < turns; ++turn) co_await rota::yield();
            waits.cancel();
            bool got = false;
            try {
                got = co_await rota::task<int>(waits) == SIGUSR1;
            } catch (rota::cancelled_error const&) {}
            if (!got) {
                EXPECT_EQ(co_await rota::wait_for(signals.next(), 10s), SIGUSR1);
            }
        }
    });
}

TEST_P(SignalReceiver, DestroyedUnderATaskThatWaitsItGivesThatAnError) {
    run([]() -> coro<> {
        std::optional<rota::signal_receiver> signals(std::in_place, SIGUSR1);
        auto const waits = rota::create_task(signals->next());
        co_await rota::yield();
        signals.reset();
        bool told = false;
        try {
            co_await rota::task<int>(waits);
        } catch (rota::usage_error const&) {
            told = true;
        }
        EXPECT_TRUE(told);
    });
}

TEST_P(SignalReceiver, WhatWasThereIsBackAfterTheLast) {
    auto const before = disposition_of(SIGUSR1).sa_handler;
    run([&]() -> coro<> {
        auto first = std::make_unique<rota::signal_receiver>(SIGUSR1);
        auto second = std::make_unique<rota::signal_receiver>(SIGUSR1);
        first.reset();
        EXPECT_NE(disposition_of(SIGUSR1).sa_handler, before);
        second.reset();
        EXPECT_EQ(disposition_of(SIGUSR1).sa_handler, before);
        co_return;
    });
}

TEST_P(SignalReceiver, OneThatOutlivesItsLoopHasLetTheSignalGo) {
    auto const before = disposition_of(SIGUSR1).sa_handler;
    std::optional<rota::signal_receiver> outlives;
    run([&]() -> coro<> {
        outlives.emplace(SIGUSR1);
        co_return;
    });
    EXPECT_EQ(disposition_of(SIGUSR1).sa_handler, before);
    run([&]() -> coro<> { EXPECT_THROW(co_await outlives->next(), rota::usage_error); });
}

TEST_P(SignalReceiver, SeveralLoopsInSeveralThreadsEachGetIt) {
    constexpr int loops = 3;
    std::atomic<int> ready{0};
    std::atomic<int> got{0};
    std::vector<std::thread> threads;
    for (int each = 0; each < loops; ++each)
        threads.emplace_back([&] {
            run([&]() -> coro<> {
                for (int round = 1; round <= 20; ++round) {
                    rota::signal_receiver signals(SIGUSR1);
                    ++ready;
                    EXPECT_EQ(co_await rota::wait_for(signals.next(), 20s), SIGUSR1);
                    ++got;
                    // All have it before the next round begins.
                    while (got < round * loops) co_await rota::sleep(1ms);
                }
            });
        });
    for (int round = 1; round <= 20; ++round) {
        while (ready < round * loops) std::this_thread::yield();
        ::kill(::getpid(), SIGUSR1);
        while (got < round * loops) std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(got, 20 * loops);
}

TEST_P(SignalReceiver, WhileSigintIsReceivedItDoesNotCancelMainAndAfterwardsItDoes) {
    pid_t const child = ::fork();
    if (child == 0) {
        std::signal(SIGINT, SIG_DFL);
        run([]() -> coro<> {
            {
                rota::signal_receiver signals(SIGINT);
                ::raise(SIGINT);
                if (co_await signals.next() != SIGINT) ::_exit(1);
                co_await rota::sleep(1ms);
            }
            ::raise(SIGINT);
            try {
                co_await rota::sleep(10s);
            } catch (rota::cancelled_error const&) {
                ::_exit(7);
            }
        });
        ::_exit(2);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_P(SignalReceiver, WhatCanNotBeReceivedIsRefused) {
    run([]() -> coro<> {
        EXPECT_THROW(rota::signal_receiver{SIGKILL}, rota::usage_error);
        EXPECT_THROW((rota::signal_receiver{SIGUSR1, SIGSTOP}), rota::usage_error);
        co_return;
    });
    EXPECT_THROW(rota::signal_receiver{SIGUSR1}, rota::usage_error);  // no loop
    EXPECT_EQ(disposition_of(SIGUSR1).sa_handler, SIG_DFL);
}

TEST(SignalReceiverSimulated, IsRefusedWithAClearError) {
    std::string told;
    rota::run(rota::runner_options(rota::engine_kind::simulated), [&]() -> coro<> {
        try {
            rota::signal_receiver const signals(SIGUSR1);
        } catch (rota::system_error const& error) {
            told = error.what();
        }
        co_return;
    });
    EXPECT_EQ(told, "receive signals (a simulated engine has none): Function not implemented");
}

}  // namespace
