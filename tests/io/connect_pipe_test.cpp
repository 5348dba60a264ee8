#include <rota/io/connect_pipe.hpp>

#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace {

using rota::coro;

class ConnectPipe : public testing::TestWithParam<rota::engine_kind> {
protected:
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }
    static std::array<int, 2> pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        return ends;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, ConnectPipe, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

TEST_P(ConnectPipe, CarriesLinesAndEndsByWriteEof) {
    run([]() -> coro<> {
        auto const ends = pipe();
        auto out = rota::connect_read_pipe(ends[0]);
        auto in = rota::connect_write_pipe(ends[1]);
        co_await in.write("one\ntwo\n");
        EXPECT_EQ(co_await out.read_line(), "one\n");
        co_await in.write_eof();
        EXPECT_EQ(co_await out.read(), "two\n");
        co_await in.close();
        co_await out.close();
    });
}

TEST_P(ConnectPipe, AWriterWaitsWhileThePipeIsFull) {
    run([]() -> coro<> {
        auto const ends = pipe();
        auto out = rota::connect_read_pipe(ends[0]);
        auto in = rota::connect_write_pipe(ends[1]);
        std::string const much(std::size_t{500} * 1024, 'm');
        auto const write = [&]() -> coro<> {
            co_await in.write(much);
            co_await in.close();
        };
        auto const writing = rota::create_task(write());
        co_await rota::yield();
        EXPECT_FALSE(writing.done());
        EXPECT_EQ(co_await out.read(), much);
        co_await writing;
        co_await out.close();
    });
}

TEST_P(ConnectPipe, NobodyReadingIsAnErrorThatNamesThePipe) {
    run([]() -> coro<> {
        auto const ends = pipe();
        auto in = rota::connect_write_pipe(ends[1], "the printer");
        ::close(ends[0]);
        std::string told;
        try {
            co_await in.write("x");
        } catch (rota::system_error const& error) {
            told = error.what();
        }
        EXPECT_EQ(told, "send to the printer: Broken pipe");
        co_await in.close();
    });
}

TEST_P(ConnectPipe, ASocketEndsItsSendingSideAlone) {
    run([]() -> coro<> {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        auto one = rota::connect_read_pipe(ends[0]);
        auto other = rota::connect_read_pipe(ends[1]);
        co_await one.write("question");
        co_await one.write_eof();
        EXPECT_EQ(co_await other.read(), "question");
        co_await other.write("answer");
        EXPECT_EQ(co_await one.read_exactly(6), "answer");
        co_await one.close();
        co_await other.close();
    });
}

TEST_P(ConnectPipe, WhatIsNoDescriptorIsRefused) {
    run([]() -> coro<> {
        EXPECT_THROW((void)rota::connect_read_pipe(-1), rota::system_error);
        co_return;
    });
}

TEST(ConnectPipeSimulated, IsRefusedWithAClearError) {
    std::string told;
    rota::run(rota::runner_options(rota::engine_kind::simulated), [&]() -> coro<> {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        ::close(ends[1]);
        try {
            (void)rota::connect_read_pipe(ends[0], "a pipe");
        } catch (rota::system_error const& error) {
            told = error.what();
        }
        co_return;
    });
    EXPECT_EQ(told, "take over a pipe: Function not implemented");
}

}  // namespace
