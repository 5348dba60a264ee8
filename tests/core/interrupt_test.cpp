#include <rota/core/run.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>
#include <rota/core/with_cleanup.hpp>
#include <rota/core/with_shield.hpp>

#include <gtest/gtest.h>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <utility>

namespace {

using rota::coro;
using namespace std::chrono_literals;

// What a child process does and how it ends: the status of waitpid.
template <class Body>
int status_of_child(Body body) {
    std::fflush(stdout);  // else the child, which may flush it, has it too
    pid_t const child = ::fork();
    if (child == 0) {
        body();
        ::_exit(99);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

void restore_interrupt() {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &standard, nullptr);
}

class Interrupt : public testing::Test {};

TEST_F(Interrupt, TheFirstCancelsMainCleansUpAndEndsTheProgramBySignal) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    int const status = status_of_child([&] {
        restore_interrupt();
        auto const say = [&](char letter) { static_cast<void>(!::write(pipe[1], &letter, 1)); };
        auto const cleanup = [&]() -> coro<> {
            co_await rota::sleep(1ms);
            say('c');
        };
        auto const left = [&]() -> coro<> { co_await rota::with_cleanup(rota::sleep(1h), cleanup); };
        rota::run(rota::runner_options(rota::engine_kind::epoll), [&]() -> coro<> {
            rota::create_task(left());
            rota::running_loop().call_soon([] { ::raise(SIGINT); });
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {
                say('m');
                throw;
            }
        });
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
    ::close(pipe[1]);
    char said[4] = {};
    EXPECT_EQ(::read(pipe[0], said, sizeof(said)), 2);
    EXPECT_STREQ(said, "mc");
    ::close(pipe[0]);
}

TEST_F(Interrupt, EndsTheProgramBySignalAlsoWhereARunnersErrorIsCaughtByNobody) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    int const status = status_of_child([&] {
        restore_interrupt();
        auto const cleanup = [&]() -> coro<> {
            co_await rota::sleep(1ms);
            static_cast<void>(!::write(pipe[1], "c", 1));
        };
        auto const left = [&]() -> coro<> { co_await rota::with_cleanup(rota::sleep(1h), cleanup); };
        auto const no_handler = [&]() noexcept {
            rota::runner runner{rota::runner_options(rota::engine_kind::epoll)};
            runner.run([&]() -> coro<> {
                rota::create_task(left());
                rota::running_loop().call_soon([] { ::raise(SIGINT); });
                co_await rota::sleep(1h);
            });
        };
        no_handler();
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
    ::close(pipe[1]);
    char said[4] = {};
    EXPECT_EQ(::read(pipe[0], said, sizeof(said)), 1);
    ::close(pipe[0]);
}

// A child whose standard output is a pipe, and which has something in its buffers when Ctrl-C comes.
int status_of_interrupted_writer(int (&pipe)[2]) {
    return status_of_child([&] {
        restore_interrupt();
        std::signal(SIGPIPE, SIG_DFL);
        ::dup2(pipe[1], 1);
        ::close(pipe[1]);
        ::close(pipe[0]);
        std::setvbuf(stdout, nullptr, _IOFBF, 4096);  // whatever the parent's is
        std::ios::sync_with_stdio(false);
        rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
            rota::running_loop().call_soon([] { ::raise(SIGINT); });
            std::cout << "by cout, ";
            std::fputs("by stdio", stdout);
            co_await rota::sleep(1h);
        });
    });
}

TEST_F(Interrupt, WhatStandardOutputStillHoldsIsWrittenBeforeTheSignalEndsTheProgram) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    int const status = status_of_interrupted_writer(pipe);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
    ::close(pipe[1]);
    std::string said;
    char piece[64];
    for (ssize_t count = 0; (count = ::read(pipe[0], piece, sizeof(piece))) > 0;)
        said.append(piece, static_cast<std::size_t>(count));
    ::close(pipe[0]);
    EXPECT_EQ(said, "by cout, by stdio");
}

TEST_F(Interrupt, EndsTheProgramByTheSignalAlsoWhereNobodyReadsItsOutput) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ::close(std::exchange(pipe[0], ::dup(2)));  // the reading end
    int const status = status_of_interrupted_writer(pipe);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_F(Interrupt, StopsRunForeverWhichCleansUpAndEndsTheProgramBySignal) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    int const status = status_of_child([&] {
        restore_interrupt();
        auto const cleanup = [&]() -> coro<> {
            static_cast<void>(!::write(pipe[1], "c", 1));
            co_return;
        };
        auto const left = [&]() -> coro<> { co_await rota::with_cleanup(rota::sleep(1h), cleanup); };
        rota::runner runner{rota::runner_options(rota::engine_kind::epoll)};
        runner.run([&]() -> coro<> {
            rota::create_task(left());
            co_await rota::yield();
        });
        runner.get_loop().call_soon([] { ::raise(SIGINT); });
        runner.run_forever();
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    ::close(pipe[1]);
    char said[4] = {};
    EXPECT_EQ(::read(pipe[0], said, sizeof(said)), 1);
    ::close(pipe[0]);
}

TEST_F(Interrupt, WakesALoopThatSleepsInTheKernel) {
    int const status = status_of_child([] {
        restore_interrupt();
        pid_t const me = ::getpid();
        if (::fork() == 0) {
            ::usleep(50'000);  // real time is the subject
            ::kill(me, SIGINT);
            ::_exit(0);
        }
        rota::run([]() -> coro<> { co_await rota::sleep(1h); });
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST_F(Interrupt, TheSecondKillsAMainThatWillNotEnd) {
    int const status = status_of_child([] {
        restore_interrupt();
        rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
            rota::running_loop().call_soon([] { ::raise(SIGINT); });
            rota::running_loop().call_later(10ms, [] { ::raise(SIGINT); });
            co_await rota::with_shield(rota::sleep(1h));
        });
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST_F(Interrupt, AMainThatAnswersItWithAValueEndsNormally) {
    int const status = status_of_child([] {
        restore_interrupt();
        auto const main = []() -> coro<int> {
            rota::running_loop().call_soon([] { ::raise(SIGINT); });
            try {
                co_await rota::sleep(1h);
            } catch (rota::cancelled_error const&) {}
            co_return 7;
        };
        ::_exit(rota::run(rota::runner_options(rota::engine_kind::epoll), main));
    });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(Interrupt, IsLeftToTheProgramsOwnHandler) {
    int const status = status_of_child([] {
        static std::sig_atomic_t volatile seen = 0;
        std::signal(SIGINT, [](int) { seen = 1; });
        rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
            rota::running_loop().call_soon([] { ::raise(SIGINT); });
            co_await rota::sleep(5ms);
        });
        ::_exit(seen == 1 ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
}

TEST_F(Interrupt, IsLeftAloneWhereTheOptionsSaySo) {
    int const status = status_of_child([] {
        restore_interrupt();
        rota::runner_options options(rota::engine_kind::epoll);
        options.handle_interrupt = false;
        rota::run(options, []() -> coro<> {
            ::raise(SIGINT);
            co_return;
        });
    });
    EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(Interrupt, TheDefaultIsBackAfterARun) {
    int const status = status_of_child([] {
        restore_interrupt();
        rota::run([]() -> coro<> { co_await rota::yield(); });
        struct sigaction now{};
        ::sigaction(SIGINT, nullptr, &now);
        ::_exit(now.sa_handler == SIG_DFL ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
}

class Fork : public testing::TestWithParam<rota::engine_kind> {};

TEST_P(Fork, AChildThatGoesOnInItsParentsLoopGetsAClearError) {
    rota::runner_options const options(GetParam());
    pid_t child = -1;
    bool cleaned = false;
    std::string error;
    auto const body = [&]() -> coro<> {
        auto const cleanup = [&]() -> coro<> {
            cleaned = true;
            co_return;
        };
        rota::create_task(rota::with_cleanup(rota::sleep(1h), cleanup));
        co_await rota::sleep(1ms);
        child = ::fork();
        co_await rota::sleep(1ms);
        if (child == 0) ::_exit(50);
    };
    try {
        rota::run(options, body);
    } catch (rota::usage_error const& refused) {
        error = refused.what();
    }
    if (child == 0) {
        // No clean-up of the parent's runs here.
        bool const clear = error.find("fork") != std::string::npos && !cleaned;
        ::_exit(clear ? 0 : 51);
    }
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(error, "");
    EXPECT_TRUE(cleaned);
}

TEST_P(Fork, AChildMayNotRunARunnerOfItsParents) {
    rota::runner runner{rota::runner_options(GetParam())};
    auto const nothing = []() -> coro<> { co_return; };
    int const status = status_of_child([&] {
        try {
            runner.run(nothing());
        } catch (rota::usage_error const&) {
            ::_exit(0);
        }
    });
    EXPECT_EQ(status, 0);
    runner.run(nothing());
}

TEST_P(Fork, AChildMayRunALoopOfItsOwn) {
    auto const nothing = []() -> coro<int> {
        co_await rota::sleep(1ms);
        co_return 0;
    };
    EXPECT_EQ(status_of_child([&] { ::_exit(rota::run(rota::runner_options(GetParam()), nothing())); }), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Fork,
                         testing::Values(rota::engine_kind::simulated, rota::engine_kind::epoll,
                                         rota::engine_kind::automatic),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

// What a child says on standard error before it ends.
template <class Body>
std::string last_words(Body body, int& status) {
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    status = status_of_child([&] {
        ::dup2(pipe[1], 2);
        body();
    });
    ::close(pipe[1]);
    std::string said;
    char piece[256];
    for (ssize_t count = 0; (count = ::read(pipe[0], piece, sizeof(piece))) > 0;)
        said.append(piece, static_cast<std::size_t>(count));
    ::close(pipe[0]);
    return said;
}

// Not inlined into what is noexcept: GCC would end the program there without the exception, as a main does not.
[[gnu::noinline]] void run_what_is_cancelled() {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        rota::current_task().cancel();
        co_await rota::yield();
    });
}

TEST(UncaughtCancel, SaysWhatItIs) {
    int status = 0;
    auto const said = last_words([]() noexcept { run_what_is_cancelled(); }, status);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
    EXPECT_NE(said.find("rota: run: its main coroutine was cancelled, and nobody caught the cancelled_error"),
              std::string::npos)
        << said;
}

}  // namespace
