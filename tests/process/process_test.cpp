#include <rota/process/process.hpp>

#include "process_kit.hpp"

#include <rota/combine/gather.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/sleep.hpp>

#include <csignal>
#include <functional>
#include <optional>
#include <vector>

namespace {

using namespace process_kit;

class Process : public process_test {};
INSTANTIATE_TEST_SUITE_P(Engines, Process, engines, engine_name);

TEST_P(Process, CommunicateGivesTheInputAndTakesTheOutput) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_exec(pipes(), "tr", "a-z", "A-Z");
        EXPECT_GT(child.pid(), 0);
        EXPECT_EQ(child.returncode(), std::nullopt);
        auto const said = co_await child.communicate("shout");
        EXPECT_EQ(said.out, "SHOUT");
        EXPECT_EQ(said.err, "");
        EXPECT_EQ(child.returncode(), 0);
    });
}

TEST_P(Process, AShellsErrorAndReturnCodeComeBack) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_shell(pipes(), "echo oops >&2; exit 3");
        auto const said = co_await child.communicate();
        EXPECT_EQ(said.err, "oops\n");
        EXPECT_EQ(child.returncode(), 3);
        EXPECT_EQ(co_await child.wait(), 3);
    });
}

TEST_P(Process, SeveralMayWaitForItsEnd) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_shell(pipes(), "read line; exit 5");
        auto const first = rota::create_task(child.wait());
        auto const second = rota::create_task(child.wait());
        co_await rota::yield();
        EXPECT_FALSE(first.done());
        co_await child.stdin().write("go\n");
        EXPECT_EQ(co_await first, 5);
        EXPECT_EQ(co_await second, 5);
    });
}

TEST_P(Process, OutputLargerThanAPipeGoesBothWaysAtOnce) {
    run([]() -> coro<> {
        std::string const much(std::size_t{3} * 1024 * 1024, 'x');
        auto child = co_await rota::create_subprocess_shell(pipes(), "tee /dev/stderr");
        auto const said = co_await child.communicate(much);
        EXPECT_EQ(said.out, much);
        EXPECT_EQ(said.err, much);
        EXPECT_EQ(child.returncode(), 0);
    });
}

TEST_P(Process, ItsStreamsAreReadByLines) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_shell(pipes(), "while read word; do echo \"<$word>\"; done");
        for (std::string const word : {"one", "two"}) {
            co_await child.stdin().write(word + "\n");
            auto const answer = co_await child.stdout().read_line();
            EXPECT_EQ(answer, "<" + word + ">\n");
        }
        co_await child.stdin().write_eof();
        auto const rest = co_await child.stdout().read();
        EXPECT_EQ(rest, "");
        EXPECT_EQ(co_await child.wait(), 0);
    });
}

TEST_P(Process, OneThatClosesItsInputGivesAnErrorAndNoSignal) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_shell(pipes(), "exec <&-; echo closed; sleep 100");
        EXPECT_EQ(co_await child.stdout().read_line(), "closed\n");
        std::string told;
        try {
            co_await child.stdin().write("for nobody");
        } catch (rota::system_error const& error) {
            told = error.what();
            EXPECT_EQ(error.code(), std::errc::broken_pipe);
        }
        EXPECT_EQ(told, "send to the standard input of /bin/sh: Broken pipe");
    });
}

TEST_P(Process, CommunicateForgivesOneThatDoesNotReadItsInput) {
    run([]() -> coro<> {
        std::string const much(std::size_t{1024} * 1024, 'x');
        auto child = co_await rota::create_subprocess_exec(pipes(), "true");
        co_await child.communicate(much);
        EXPECT_EQ(child.returncode(), 0);
    });
}

TEST_P(Process, ACancelledCommunicateLosesNoByteAndLeavesTheChild) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_shell(
            pipes(), "echo first; echo error >&2; exec 2>&-; read go; echo last");
        bool timed_out = false;
        try {
            auto options = pipes();
            co_await rota::wait_for(rota::create_task(child.wait()), 20ms);
        } catch (rota::timeout_error const&) {
            timed_out = true;
        }
        EXPECT_TRUE(timed_out);
        auto const talk = rota::create_task(child.communicate(std::string(std::size_t{1024} * 1024, 'x')));
        for (int turn = 0; turn < 20; ++turn) co_await rota::sleep(1ms);
        EXPECT_FALSE(talk.done());
        talk.cancel();
        bool cancelled = false;
        try {
            co_await rota::task<rota::process_output>(talk);
        } catch (rota::cancelled_error const&) {
            cancelled = true;
        }
        EXPECT_TRUE(cancelled);
        EXPECT_EQ(child.returncode(), std::nullopt);
        auto const said = co_await child.communicate();
        EXPECT_EQ(said.out, "first\nlast\n");
        EXPECT_EQ(said.err, "error\n");
        EXPECT_EQ(child.returncode(), 0);
    });
}

TEST_P(Process, InputForNoPipeIsMisuse) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_exec(quiet(), "true");
        EXPECT_THROW(child.stdout(), rota::usage_error);
        bool refused = false;
        try {
            co_await child.communicate("text");
        } catch (rota::usage_error const&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        EXPECT_EQ(co_await child.wait(), 0);
    });
}

TEST_P(Process, SignalsEndItAndAfterItsEndThereIsNothingToSignal) {
    run([]() -> coro<> {
        auto first = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        first.kill();
        EXPECT_EQ(co_await first.wait(), -SIGKILL);
        auto second = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        second.terminate();
        EXPECT_EQ(co_await second.wait(), -SIGTERM);
        auto third = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        third.send_signal(SIGUSR1);
        EXPECT_EQ(co_await third.wait(), -SIGUSR1);
        try {
            third.kill();
            ADD_FAILURE() << "it was signalled after its end";
        } catch (rota::system_error const& error) {
            EXPECT_EQ(error.code(), std::errc::no_such_process);
            EXPECT_STREQ(error.what(), "send a signal to sleep: No such process");
        }
    });
}

TEST_P(Process, OneThatIgnoresSigtermIsStoppedAfterItsGrace) {
    run([]() -> coro<> {
        auto stubborn =
            co_await rota::create_subprocess_shell(pipes(), "trap '' TERM; echo ready; while :; do sleep 0.01; done");
        EXPECT_EQ(co_await stubborn.stdout().read_line(), "ready\n");
        EXPECT_EQ(co_await stubborn.stop(50ms), -SIGKILL);
        auto obedient = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        EXPECT_EQ(co_await obedient.stop(), -SIGTERM);
        EXPECT_EQ(co_await obedient.stop(), -SIGTERM);
    });
}

TEST_P(Process, WhatCanNotBeStartedIsToldByTheAwait) {
    run([]() -> coro<> {
        std::vector<std::pair<std::string, std::string>> const refusals = {
            {"/no/such/program", "start /no/such/program: No such file or directory"},
            {"no-such-program-anywhere", "start no-such-program-anywhere: No such file or directory"},
            {"/etc/passwd", "start /etc/passwd: Permission denied"},
            {"/etc/passwd/x", "start /etc/passwd/x: Not a directory"},
        };
        for (auto const& [program, text] : refusals) {
            std::string told;
            try {
                co_await rota::create_subprocess_exec(pipes(), program);
            } catch (rota::system_error const& error) {
                told = error.what();
            }
            EXPECT_EQ(told, text);
        }
        auto options = pipes();
        options.cwd = "/no/such/directory";
        std::string told;
        try {
            co_await rota::create_subprocess_exec(options, "true");
        } catch (rota::system_error const& error) {
            told = error.what();
        }
        EXPECT_EQ(told, "start true in /no/such/directory: No such file or directory");
    });
}

TEST_P(Process, ADroppedOneIsKilledAndReaped) {
    int pid = 0;
    run([&]() -> coro<> {
        {
            auto child = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
            pid = child.pid();
        }
        for (int turn = 0; turn < 1000 && ::kill(pid, 0) == 0; ++turn) co_await rota::sleep(1ms);
        EXPECT_EQ(::kill(pid, 0), -1);
    });
}

TEST_P(Process, WhatStillRunsWhenTheLoopEndsIsKilledThen) {
    std::optional<rota::process> outlives;
    run([&]() -> coro<> { outlives = co_await rota::create_subprocess_exec(pipes(), "sleep", "100"); });
    EXPECT_TRUE(no_child_is_left());
    EXPECT_EQ(outlives->returncode(), -SIGKILL);
    EXPECT_THROW(outlives->kill(), rota::usage_error);
    EXPECT_THROW((void)outlives->wait(), rota::usage_error);
}

TEST_P(Process, OfALoopThatRunsAgainItLivesOn) {
    rota::runner runner{rota::runner_options(GetParam())};
    rota::process child;
    runner.run([&]() -> coro<> { child = co_await rota::create_subprocess_exec(pipes(), "cat"); });
    EXPECT_FALSE(no_child_is_left());
    runner.run([&]() -> coro<> {
        auto const said = co_await child.communicate("still there");
        EXPECT_EQ(said.out, "still there");
    });
    child = rota::process();
    runner.close();
}

TEST_P(Process, DroppedInAForkOfTheProgramItLivesOn) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_exec(pipes(), "cat");
        pid_t const forked = ::fork();
        if (forked == 0) {
            child = rota::process();
            ::_exit(0);
        }
        EXPECT_EQ(::waitpid(forked, nullptr, 0), forked);
        auto const said = co_await child.communicate("alive");
        EXPECT_EQ(said.out, "alive");
        EXPECT_EQ(child.returncode(), 0);
    });
}

TEST_P(Process, AnEmptyOneIsMisuse) {
    rota::process none;
    EXPECT_FALSE(none);
    EXPECT_THROW((void)none.pid(), rota::usage_error);
    EXPECT_THROW((void)none.wait(), rota::usage_error);
}

TEST_P(Process, WhatSomebodyElseReapedHasAnUnknownEnd) {
    run([]() -> coro<> {
        auto child = co_await rota::create_subprocess_exec(pipes(), "cat");
        ::kill(child.pid(), SIGKILL);
        // Without a turn of the loop in between.
        EXPECT_EQ(::waitpid(child.pid(), nullptr, 0), child.pid());
        EXPECT_EQ(co_await child.wait(), 255);
    });
}

TEST_P(Process, AThousandLeaveNoDescriptorAndNoZombie) {
    run([]() -> coro<> {
        auto const before = open_descriptors();
        auto const one = [](int number) -> coro<int> {
            auto child = co_await rota::create_subprocess_exec(
                rota::process_options(subprocess::pipe, subprocess::pipe), "/bin/true");
            if (number % 3 == 0 && !child.returncode()) child.kill();
            if (number % 5 == 0) co_return 0;
            co_await child.communicate("unread");
            co_return child.returncode() == 0 || child.returncode() == -SIGKILL ? 1 : 1000;
        };
        int counted = 0;
        for (int round = 0; round < 50; ++round) {
            std::vector<coro<int>> some;
            for (int number = 0; number < 20; ++number) some.push_back(one(number));
            auto const ends = co_await rota::gather(std::move(some));
            for (int const end : ends) counted += end;
        }
        EXPECT_EQ(counted, 800);
        for (int turn = 0; turn < 1000 && !no_child_is_left(); ++turn) co_await rota::sleep(1ms);
        EXPECT_TRUE(no_child_is_left());
        EXPECT_EQ(open_descriptors(), before);
    });
}

// Cancelled before each step of the loop in turn: nothing stays, whatever it was doing.
TEST_P(Process, CancelledAtEveryStepItLeavesNothing) {
    bool went_through = false;
    int cancelled = 0;
    for (int step = 0; step < 200 && !went_through; ++step) {
        run([&]() -> coro<> {
            auto const subject = []() -> coro<> {
                auto child = co_await rota::create_subprocess_shell(pipes(), "read a; echo $a; echo b >&2; cat");
                co_await child.stdin().write("x\n");
                EXPECT_EQ(co_await child.stdout().read_line(), "x\n");
                auto const said = co_await child.communicate("rest");
                EXPECT_EQ(said.out, "rest");
                EXPECT_EQ(said.err, "b\n");
                co_await child.wait();
            };
            auto const task = rota::create_task(subject);
            for (int turn = 0; turn < step && !task.done(); ++turn)
                co_await rota::sleep(turn % 4 == 3 ? 500us : 0us);  // the child needs time, too
            went_through = task.done();
            task.cancel();
            try {
                co_await rota::task<>(task);
            } catch (rota::cancelled_error const&) {
                ++cancelled;
            }
        });
        ASSERT_TRUE(no_child_is_left()) << "cancelled at step " << step;
    }
    EXPECT_TRUE(went_through);
    EXPECT_GT(cancelled, 5);
}

TEST(ProcessSimulated, IsRefusedWithAClearError) {
    std::string told;
    rota::run(rota::runner_options(rota::engine_kind::simulated), [&]() -> coro<> {
        try {
            co_await rota::create_subprocess_exec("true");
        } catch (rota::system_error const& error) {
            told = error.what();
        }
    });
    EXPECT_EQ(told, "start true (this engine has no processes): Function not implemented");
}

}  // namespace
