#include <rota/io/terminal.hpp>

#include "io/standard_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/run.hpp>
#include <rota/io/standard_streams.hpp>

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include <cerrno>
#include <optional>
#include <string>

namespace {

using namespace io_kit;
using rota::coro;

/// Whether the terminal keeps keys back until there is a line, and shows them.
bool gives_lines(pseudo_terminal const& one) {
    termios how{};
    EXPECT_EQ(::tcgetattr(one.program, &how), 0);
    bool const lines = (how.c_lflag & ICANON) != 0;
    EXPECT_EQ((how.c_lflag & ECHO) != 0, lines);
    EXPECT_NE(how.c_lflag & ISIG, 0U) << "Ctrl-C is a signal";
    return lines;
}

class Terminal : public testing::TestWithParam<rota::engine_kind> {};
INSTANTIATE_TEST_SUITE_P(Engines, Terminal, testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll),
                         [](auto const& engine) { return std::string(to_string(engine.param)); });

TEST_P(Terminal, BringsEachKeyWhenItIsPressedAndShowsNone) {
    pseudo_terminal const one;
    in_place_of const here(0, one.program);
    auto main = [&]() -> coro<> {
        rota::terminal_keys const keys;
        auto input = rota::open_stdin();
        for (std::string const key : {"y", "\x1b[A", "\4"}) {
            write_all(one.user, key);
            std::string got;
            while (got.size() < key.size()) got += co_await input.read_some();
            EXPECT_EQ(got, key);
        }
        co_await input.close();
    };
    rota::run(rota::runner_options(GetParam()), main);
    EXPECT_EQ(::fcntl(one.user, F_SETFL, O_NONBLOCK), 0);
    char shown = 0;
    EXPECT_EQ(::read(one.user, &shown, 1), -1) << "shown: " << shown;
    EXPECT_TRUE(gives_lines(one));
}

TEST(TerminalKeys, WithTheLastOneTheTerminalIsAsItWas) {
    pseudo_terminal const one;
    in_place_of const here(0, one.program);
    EXPECT_TRUE(gives_lines(one));
    std::optional<rota::terminal_keys> first(std::in_place);
    std::optional<rota::terminal_keys> second(std::in_place);
    EXPECT_FALSE(gives_lines(one));
    first.reset();
    EXPECT_FALSE(gives_lines(one));
    second.reset();
    EXPECT_TRUE(gives_lines(one));
}

TEST(TerminalKeys, AProcessThatExitsLeavesTheTerminalAsItWas) {
    pseudo_terminal const one;
    in_place_of const here(0, one.program);
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        rota::terminal_keys const keys;
        // The frame is not left.
        std::exit(gives_lines(one) ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(gives_lines(one));
}

TEST(TerminalKeys, WhereThereIsNoTerminalIsAnError) {
    int const none = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    in_place_of const here(0, none);
    ::close(none);
    try {
        rota::terminal_keys const keys;
        ADD_FAILURE() << "keys from /dev/null";
    } catch (rota::system_error const& error) {
        EXPECT_EQ(error.code().value(), ENOTTY);
        EXPECT_STREQ(error.what(), "read keys from the standard input: Inappropriate ioctl for device");
    }
    EXPECT_THROW(rota::get_terminal_size(), rota::system_error);
}

TEST(TerminalSize, IsWhatTheTerminalSays) {
    pseudo_terminal const one;
    in_place_of const here(0, one.program);
    winsize size{};
    size.ws_col = 100;
    size.ws_row = 40;
    ASSERT_EQ(::ioctl(one.program, TIOCSWINSZ, &size), 0);
    auto const got = rota::get_terminal_size();
    EXPECT_EQ(got.columns, 100);
    EXPECT_EQ(got.lines, 40);
}

}  // namespace
