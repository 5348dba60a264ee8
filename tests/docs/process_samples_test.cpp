// The samples in the headers of process/ and signal/, each where a reader could have put it.
#include "io/standard_kit.hpp"

#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

rota::runner_options real() { return rota::runner_options(rota::engine_kind::automatic); }

struct sorted : rota::subprocess_protocol {
    void pipe_data_received(int, std::string_view data) override { said += data; }
    void connection_lost(std::exception_ptr) override { ended.set(); }
    std::string said;
    rota::event ended;
};

TEST(process_samples, subprocess_exec) {
    auto const main = []() -> rota::coro<std::string> {
        auto made = co_await rota::subprocess_exec([] { return std::make_shared<sorted>(); }, "sort", "-u");
        made.transport.get_pipe_transport(0).write("b\na\nb\n");
        made.transport.get_pipe_transport(0).write_eof();
        co_await made.protocol->ended.wait();
        co_return made.protocol->said;
    };
    EXPECT_EQ(rota::run(real(), main()), "a\nb\n");
}

TEST(process_samples, create_subprocess_exec) {
    rota::process_options const pipes(rota::subprocess::pipe, rota::subprocess::pipe);
    auto const main = [&]() -> rota::coro<std::string> {
        auto sort = co_await rota::create_subprocess_exec(pipes, "sort", "-u");
        auto const said = co_await sort.communicate("b\na\nb\n");
        co_return said.out;
    };
    EXPECT_EQ(rota::run(real(), main()), "a\nb\n");
}

TEST(process_samples, with_process) {
    rota::process_options const pipes(rota::subprocess::pipe, rota::subprocess::pipe);
    auto const main = [&]() -> rota::coro<> {
        auto const talk = [](rota::process& child) -> rota::coro<> { co_await child.stdin().write("q"); };
        co_await rota::with_process(rota::create_subprocess_exec(pipes, "cat"), talk);
    };
    rota::run(real(), main());
}

int reloads = 0;
void reload() {
    ++reloads;
    ::raise(SIGTERM);
}

TEST(signal_samples, signal_receiver) {
    auto const serve = []() -> rota::coro<> {
        rota::running_loop().call_soon([] { ::raise(SIGHUP); });
        rota::signal_receiver signals(SIGTERM, SIGHUP);
        while (true) {
            int const signal = co_await signals.next();
            if (signal == SIGTERM) break;
            reload();
        }
    };
    rota::run(real(), serve());
    EXPECT_EQ(reloads, 1);
}

TEST(standard_streams_samples, open_stdin) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    int const before = ::dup(0);
    ::dup2(ends[0], 0);
    EXPECT_EQ(::write(ends[1], "one\ntwo", 7), 7);
    ::close(ends[1]);
    std::vector<std::string> lines;
    auto const main = [&]() -> rota::coro<> {
        auto input = rota::open_stdin();
        while (true) {
            auto const line = co_await input.read_line();
            if (line.empty()) break;
            lines.push_back(line);
        }
    };
    rota::run(real(), main());
    ::dup2(before, 0);
    ::close(before);
    ::close(ends[0]);
    EXPECT_EQ(lines, (std::vector<std::string>{"one\n", "two"}));
}

TEST(terminal_samples, terminal_keys) {
    io_kit::pseudo_terminal const one;
    io_kit::in_place_of const here(0, one.program);
    auto const main = [&]() -> rota::coro<> {
        rota::running_loop().call_soon([&] { io_kit::write_all(one.user, "y"); });
        rota::terminal_keys const keys;
        auto input = rota::open_stdin();
        auto const key = co_await input.read_some();  // "y", or "\x1b[A" for the arrow up
        EXPECT_EQ(key, "y");
    };
    rota::run(real(), main());
}

}  // namespace
