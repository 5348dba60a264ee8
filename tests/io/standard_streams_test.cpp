#include <rota/io/standard_streams.hpp>

#include "io/standard_kit.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using namespace io_kit;
using rota::coro;

bool is_blocking(int descriptor) { return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0; }

class StandardStreams : public testing::TestWithParam<rota::engine_kind> {
protected:
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, StandardStreams, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

TEST_P(StandardStreams, ATerminalIsReadByLinesWhileTheLoopGoesOnAndStaysBlockingForOthers) {
    pseudo_terminal const one;
    {
        in_place_of const here(0, one.program);
        run([&]() -> coro<> {
            auto input = rota::open_stdin();
            bool waited = false;
            try {
                co_await rota::wait_for(input.read_line(), 10ms);
            } catch (rota::timeout_error const&) {
                waited = true;
            }
            EXPECT_TRUE(waited);
            EXPECT_TRUE(is_blocking(0));
            write_all(one.user, "one\ntwo\n");
            EXPECT_EQ(co_await input.read_line(), "one\n");
            EXPECT_EQ(co_await input.read_line(), "two\n");
            write_all(one.user, "\4");  // Ctrl-D
            EXPECT_EQ(co_await input.read_line(), "");
            co_await input.close();
        });
        EXPECT_TRUE(is_blocking(0));
    }
}

TEST_P(StandardStreams, APipeIsReadToItsEndAndStaysBlockingForOthers) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    {
        in_place_of const here(0, ends[0]);
        run([&]() -> coro<> {
            auto input = rota::open_stdin();
            EXPECT_TRUE(is_blocking(0));
            write_all(ends[1], "through\na pipe");
            ::close(ends[1]);
            EXPECT_EQ(co_await input.read_line(), "through\n");
            EXPECT_EQ(co_await input.read(), "a pipe");
            co_await input.close();
        });
    }
    ::close(ends[0]);
}

TEST_P(StandardStreams, AFileIsReadFromItsPosition) {
    std::FILE* const file = std::tmpfile();
    std::fputs("read\nunread\n", file);
    std::fflush(file);
    ::lseek(::fileno(file), 5, SEEK_SET);
    {
        in_place_of const here(0, ::fileno(file));
        run([]() -> coro<> {
            auto input = rota::open_stdin();
            EXPECT_EQ(co_await input.read(), "unread\n");
            co_await input.close();
        });
    }
    EXPECT_TRUE(is_blocking(::fileno(file)));
    std::fclose(file);
}

TEST_P(StandardStreams, ASocketIsBlockingAgainWhenTheLoopHasEnded) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    {
        in_place_of const here(0, ends[0]);
        run([&]() -> coro<> {
            auto input = rota::open_stdin();
            write_all(ends[1], "by a socket\n");
            EXPECT_EQ(co_await input.read_line(), "by a socket\n");
        });
        EXPECT_TRUE(is_blocking(0));
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_P(StandardStreams, OutputAndErrorGoWhereTheyLead) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    std::string told;
    {
        in_place_of const out(1, ends[1]);
        in_place_of const error(2, ends[1]);
        run([&]() -> coro<> {
            auto output = rota::open_stdout();
            auto errors = rota::open_stderr();
            co_await output.write("out\n");
            co_await errors.write("err\n");
            co_await errors.close();
            std::array<char, 16> said{};
            EXPECT_EQ(::read(ends[0], said.data(), said.size()), 8);
            EXPECT_STREQ(said.data(), "out\nerr\n");
            ::close(ends[0]);
            try {
                co_await output.write("for nobody");
            } catch (rota::system_error const& broken) {
                told = broken.what();
            }
            co_await output.close();
        });
    }
    EXPECT_EQ(told, "send to standard output: Broken pipe");
    ::close(ends[1]);
}

TEST_P(StandardStreams, ClosedOnesAreAnError) {
    std::string told;
    int const before = ::fcntl(0, F_DUPFD_CLOEXEC, 10);
    run([&]() -> coro<> {
        ::close(0);
        try {
            (void)rota::open_stdin();
        } catch (rota::system_error const& closed) {
            told = closed.what();
        }
        co_return;
    });
    if (before >= 0) {
        ::dup2(before, 0);
        ::close(before);
    }
    EXPECT_EQ(told, "open standard input: Bad file descriptor");
}

}  // namespace
