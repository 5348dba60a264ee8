#include <rota/process/subprocess_transport.hpp>

#include "process_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace process_kit;
using strings = std::vector<std::string>;

class SubprocessTransport : public process_test {};
INSTANTIATE_TEST_SUITE_P(Engines, SubprocessTransport, engines, engine_name);

/// Writes down its calls, data but once and apart, and does what a test has put into `on_...` beside.
class watcher : public rota::subprocess_protocol {
public:
    strings calls;
    std::string out, error;
    rota::subprocess_transport transport;
    std::function<void()> on_made, on_data, on_exit;

    void connection_made(rota::subprocess_transport const& made) override {
        transport = made;
        note("made", on_made);
    }
    void pipe_data_received(int number, std::string_view data) override {
        (number == 1 ? out : error) += data;
        if (on_data) on_data();
    }
    void pipe_connection_lost(int number, std::exception_ptr lost) override {
        std::string how = std::to_string(number) + " lost";
        try {
            if (lost) std::rethrow_exception(lost);
        } catch (rota::system_error const& why) {
            how += ": " + why.code().message();
        }
        note(how, {});
    }
    void process_exited() override { note("exited", on_exit); }
    void connection_lost(std::exception_ptr lost) override { note(lost ? "lost: error" : "lost", {}); }
    void pause_writing() override { note("pause", {}); }
    void resume_writing() override { note("resume", {}); }

    bool was(std::string_view call) const { return std::ranges::count(calls, call) != 0; }
    strings sorted() const {
        strings all = calls;
        std::ranges::sort(all);
        return all;
    }

private:
    void note(std::string call, std::function<void()> const& also) {
        calls.push_back(std::move(call));
        if (also) also();
    }
};

using watched = rota::subprocess_connection<watcher>;

template <class... Command>
coro<watched> start(Command... command) {
    co_return co_await rota::subprocess_exec([] { return std::make_shared<watcher>(); }, std::move(command)...);
}
coro<watched> shell(std::string command) {
    co_return co_await rota::subprocess_shell([] { return std::make_unique<watcher>(); }, std::move(command));
}
coro<> until(std::function<bool()> reached) {
    while (!reached()) co_await rota::sleep(100us);
}
coro<> end_of(watched const& made) {
    co_await until([&] { return made.protocol->was("lost"); });
}

TEST_P(SubprocessTransport, MadeComesFirstLostLastAndEachPipeIsToldOnce) {
    run([]() -> coro<> {
        auto const made = co_await shell("echo out; echo error >&2; exit 3");
        EXPECT_EQ(made.protocol->calls.front(), "made");
        EXPECT_GT(made.transport.get_pid(), 0);
        co_await end_of(made);
        EXPECT_EQ(made.protocol->out, "out\n");
        EXPECT_EQ(made.protocol->error, "error\n");
        EXPECT_EQ(made.transport.get_returncode(), 3);
        EXPECT_EQ(made.protocol->calls.front(), "made");
        EXPECT_EQ(made.protocol->calls.back(), "lost");
        EXPECT_EQ(made.protocol->sorted(), (strings{"0 lost", "1 lost", "2 lost", "exited", "lost", "made"}));
        EXPECT_TRUE(made.transport.is_closing());
        EXPECT_EQ(made.transport.get_protocol(), nullptr);
    });
}

TEST_P(SubprocessTransport, WhatIsWrittenInConnectionMadeComesBackAndWriteEofIsItsEnd) {
    run([]() -> coro<> {
        auto const protocol = std::make_shared<watcher>();
        protocol->on_made = [&] {
            auto const input = protocol->transport.get_pipe_transport(0);
            input.write("shout");
            input.write_eof();
        };
        auto const made = co_await rota::subprocess_exec([&] { return protocol; }, "tr", "a-z", "A-Z");
        co_await end_of(made);
        EXPECT_EQ(protocol->out, "SHOUT");
        EXPECT_EQ(made.transport.get_returncode(), 0);
    });
}

TEST_P(SubprocessTransport, MuchGoesThroughWithTheWriterPausedAndResumed) {
    run([]() -> coro<> {
        std::string const much(1'000'000, 'm');
        auto const made = co_await start("cat");
        auto const input = made.transport.get_pipe_transport(0);
        input.write(much);
        EXPECT_TRUE(made.protocol->was("pause"));
        input.close();
        co_await end_of(made);
        EXPECT_EQ(made.protocol->out, much);
        EXPECT_TRUE(made.protocol->was("resume"));
    });
}

TEST_P(SubprocessTransport, APausedPipeGivesNothingUntilItIsResumed) {
    run([]() -> coro<> {
        auto const protocol = std::make_shared<watcher>();
        protocol->on_made = [&] { protocol->transport.get_pipe_transport(1).pause_reading(); };
        auto const made = co_await rota::subprocess_shell([&] { return protocol; }, "echo first; echo second >&2");
        co_await until([&] { return protocol->was("2 lost") && protocol->was("exited"); });
        EXPECT_EQ(protocol->error, "second\n");
        EXPECT_EQ(protocol->out, "");
        EXPECT_FALSE(protocol->was("lost"));
        made.transport.get_pipe_transport(1).resume_reading();
        co_await end_of(made);
        EXPECT_EQ(protocol->out, "first\n");
    });
}

TEST_P(SubprocessTransport, ThatItClosesItsInputIsToldWhileItRuns) {
    run([]() -> coro<> {
        auto const made = co_await shell("exec 0<&-; echo closed; exec sleep 100");
        co_await until([&] { return made.protocol->was("0 lost"); });
        EXPECT_EQ(made.transport.get_returncode(), std::nullopt);
        made.transport.terminate();
        co_await end_of(made);
    });
}

TEST_P(SubprocessTransport, InputThatIsNotReadIsABrokenPipe) {
    run([]() -> coro<> {
        auto const made = co_await shell("read line; exit 0");
        made.transport.get_pipe_transport(0).write("line\n" + std::string(1'000'000, 'x'));
        co_await end_of(made);
        EXPECT_TRUE(made.protocol->was("0 lost: Broken pipe"));
    });
}

TEST_P(SubprocessTransport, OnlyWhatLeadsToUsHasATransport) {
    run([]() -> coro<> {
        rota::process_options output;
        output.stdin = subprocess::devnull;
        output.stdout = subprocess::pipe;
        output.stderr = subprocess::devnull;
        auto const made = co_await start(output, "echo", "here");
        EXPECT_FALSE(made.transport.get_pipe_transport(0));
        EXPECT_TRUE(made.transport.get_pipe_transport(1));
        EXPECT_FALSE(made.transport.get_pipe_transport(2));
        EXPECT_FALSE(made.transport.get_pipe_transport(3));
        EXPECT_FALSE(made.transport.get_pipe_transport(-1));
        co_await end_of(made);
        EXPECT_EQ(made.protocol->out, "here\n");
        EXPECT_EQ(made.protocol->sorted(), (strings{"1 lost", "exited", "lost", "made"}));
    });
}

TEST_P(SubprocessTransport, CloseKillsItAndEndsWithConnectionLost) {
    run([]() -> coro<> {
        auto const made = co_await start("sleep", "100");
        made.transport.close();
        EXPECT_TRUE(made.transport.is_closing());
        made.transport.close();
        co_await end_of(made);
        EXPECT_EQ(made.transport.get_returncode(), -SIGKILL);
        EXPECT_EQ(made.protocol->calls.back(), "lost");
        made.transport.close();
    });
}

TEST_P(SubprocessTransport, ASignalReachesItAndIsRefusedAfterItsEnd) {
    run([]() -> coro<> {
        auto const made = co_await start(quiet(), "sleep", "100");
        made.transport.send_signal(SIGUSR1);
        co_await end_of(made);
        EXPECT_EQ(made.transport.get_returncode(), -SIGUSR1);
        EXPECT_THROW(made.transport.kill(), rota::system_error);
        EXPECT_THROW(rota::subprocess_transport().kill(), rota::usage_error);
        EXPECT_THROW(made.transport.set_protocol(nullptr), rota::usage_error);
    });
}

TEST_P(SubprocessTransport, AnExceptionFromACallbackIsToldAndTheRestComes) {
    run([]() -> coro<> {
        strings told;
        rota::running_loop().set_exception_handler(
            [&](rota::loop&, rota::exception_context const& context) { told.push_back(context.message); });
        auto const made = co_await shell("echo one; read line; echo two");
        made.protocol->on_data = [] { throw std::runtime_error("not for me"); };
        made.protocol->on_exit = [] { throw std::runtime_error("nor this"); };
        co_await until([&] { return !made.protocol->out.empty(); });
        made.transport.get_pipe_transport(0).write("go\n");
        co_await end_of(made);
        rota::running_loop().set_exception_handler({});
        EXPECT_EQ(made.protocol->out, "one\ntwo\n");
        EXPECT_EQ(std::ranges::count(told, "a protocol's pipe_data_received threw"), 2);
        EXPECT_EQ(std::ranges::count(told, "a protocol's process_exited threw"), 1);
    });
}

TEST_P(SubprocessTransport, WhatCanNotBeStartedIsAnErrorAndTheProtocolHearsNothing) {
    run([]() -> coro<> {
        auto const protocol = std::make_shared<watcher>();
        bool refused = false;
        try {
            co_await rota::subprocess_exec([&] { return protocol; }, "/no/such/program");
        } catch (rota::system_error const& error) {
            refused = error.code() == std::errc::no_such_file_or_directory;
        }
        EXPECT_TRUE(refused);
        EXPECT_EQ(protocol->calls, strings());
    });
}

TEST_P(SubprocessTransport, CancelledWhileItBeginsTheChildIsKilled) {
    run([]() -> coro<> {
        auto starting = rota::create_task(start("sleep", "100"));
        co_await rota::yield();
        starting.cancel();
        bool cancelled = false;
        try {
            co_await starting;
        } catch (rota::cancelled_error const&) {
            cancelled = true;
        }
        EXPECT_TRUE(cancelled);
        co_await until([] { return no_child_is_left(); });
    });
}

TEST_P(SubprocessTransport, TheLoopsEndKillsItWithoutACall) {
    watched left;
    run([&]() -> coro<> {
        left = co_await start("sleep", "100");
        left.transport.get_pipe_transport(0).write("unread");
    });
    EXPECT_EQ(left.protocol->calls, strings{"made"});
    EXPECT_TRUE(left.transport.is_closing());
    left.transport.close();
    left.protocol->transport = {};
}

TEST_P(SubprocessTransport, ItGoesOnThoughNobodyKeepsItsHandle) {
    run([]() -> coro<> {
        auto const protocol = std::make_shared<watcher>();
        co_await rota::subprocess_shell([&] { return protocol; }, "read line; echo done");
        auto const input = protocol->transport.get_pipe_transport(0);
        protocol->transport = {};
        input.write("go\n");
        co_await until([&] { return protocol->was("lost"); });
        EXPECT_EQ(protocol->out, "done\n");
    });
}

}  // namespace
