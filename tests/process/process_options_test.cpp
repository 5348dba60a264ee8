#include <rota/process/process_options.hpp>

#include "process_kit.hpp"

#include <fcntl.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace {

using namespace process_kit;

class ProcessOptions : public process_test {
protected:
    static coro<std::string> output_of(rota::process_options options, std::string script) {
        options.stdout = subprocess::pipe;
        auto child = co_await rota::create_subprocess_shell(options, script);
        auto said = co_await child.communicate();
        EXPECT_EQ(child.returncode(), 0);
        co_return said.out;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, ProcessOptions, engines, engine_name);

TEST_P(ProcessOptions, TheEnvironmentIsThisProgramsUnlessItIsGiven) {
    ::setenv("ROTA_OF_THE_PARENT", "seen", 1);
    run([]() -> coro<> {
        rota::process_options options;
        EXPECT_EQ(co_await output_of(options, "echo $ROTA_OF_THE_PARENT$ADDED"), "seen\n");
        options.extra_env["ADDED"] = "+more";
        EXPECT_EQ(co_await output_of(options, "echo $ROTA_OF_THE_PARENT$ADDED"), "seen+more\n");
        options.env.emplace();
        EXPECT_EQ(co_await output_of(options, "echo $ROTA_OF_THE_PARENT$ADDED"), "+more\n");
    });
    ::unsetenv("ROTA_OF_THE_PARENT");
}

TEST_P(ProcessOptions, TheProgramIsLookedForInTheChildsPath) {
    run([]() -> coro<> {
        rota::process_options options;
        options.env.emplace();
        (*options.env)["PATH"] = "/nowhere";
        bool refused = false;
        try {
            co_await rota::create_subprocess_exec(options, "true");
        } catch (rota::system_error const& error) {
            refused = error.code() == std::errc::no_such_file_or_directory;
        }
        EXPECT_TRUE(refused);
    });
}

TEST_P(ProcessOptions, ItHasItsOwnDirectory) {
    run([]() -> coro<> {
        rota::process_options options;
        options.cwd = "/";
        EXPECT_EQ(co_await output_of(options, "pwd"), "/\n");
    });
}

TEST_P(ProcessOptions, ErrorsMayGoWhereOutputGoes) {
    run([]() -> coro<> {
        rota::process_options options;
        options.stderr = subprocess::as_stdout;
        EXPECT_EQ(co_await output_of(options, "echo a; echo b >&2; echo c"), "a\nb\nc\n");
    });
}

TEST_P(ProcessOptions, StreamsMayBeDescriptorsOfThisProgramWhichStayOpen) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    run([&]() -> coro<> {
        rota::process_options const options(subprocess::devnull, ends[1], ends[1]);
        auto child = co_await rota::create_subprocess_shell(options, "echo out; echo err >&2");
        EXPECT_EQ(co_await child.wait(), 0);
    });
    std::array<char, 16> said{};
    EXPECT_EQ(::read(ends[0], said.data(), said.size()), 8);
    EXPECT_STREQ(said.data(), "out\nerr\n");
    EXPECT_EQ(::close(ends[0]), 0);
    EXPECT_EQ(::close(ends[1]), 0);
}

TEST_P(ProcessOptions, OnlyDescriptorsThatArePassedAreOpenInIt) {
    int const leaky = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    int const passed = ::fcntl(leaky, F_DUPFD_CLOEXEC, 50);
    run([&]() -> coro<> {
        rota::process_options options;
        auto const is_open = [](int descriptor) {
            return "if [ -e /proc/$$/fd/" + std::to_string(descriptor) + " ]; then echo yes; else echo no; fi";
        };
        options.pass_descriptors.push_back(passed);
        EXPECT_EQ(co_await output_of(options, is_open(leaky)), "no\n");
        EXPECT_EQ(co_await output_of(options, is_open(passed)), "yes\n");
    });
    ::close(leaky);
    ::close(passed);
}

TEST_P(ProcessOptions, AGroupIsSignalledAsOneAndKilledWithItsLeader) {
    run([]() -> coro<> {
        rota::process_options options(subprocess::devnull, subprocess::pipe);
        options.process_group = 0;
        // The pipe ends when the last of the group has ended.
        auto group = co_await rota::create_subprocess_shell(options, "sleep 100 & sleep 100 & echo $!; wait");
        co_await group.stdout().read_line();
        EXPECT_EQ(::getpgid(group.pid()), group.pid());
        group.send_signal_to_group(SIGTERM);
        EXPECT_EQ(co_await group.stdout().read(), "");
        EXPECT_EQ(co_await group.wait(), -SIGTERM);
        EXPECT_THROW(group.send_signal_to_group(SIGTERM), rota::system_error);
        auto alone = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        EXPECT_THROW(alone.send_signal_to_group(SIGTERM), rota::usage_error);
    });
}

TEST_P(ProcessOptions, ASessionIsItsOwn) {
    run([]() -> coro<> {
        auto options = quiet();
        options.start_new_session = true;
        auto child = co_await rota::create_subprocess_exec(options, "sleep", "100");
        EXPECT_EQ(::getsid(child.pid()), child.pid());
    });
}

TEST_P(ProcessOptions, TextsTheKernelCanNotHaveAreMisuse) {
    run([]() -> coro<> {
        int refused = 0;
        auto const start = [&](rota::process_options options, std::vector<std::string> command) -> coro<> {
            try {
                co_await rota::create_subprocess_exec(options, command);
            } catch (rota::usage_error const&) {
                ++refused;
            }
        };
        std::vector<std::string> const none;
        co_await start(quiet(), none);
        std::vector<std::string> const with_null = {"echo", std::string("a\0b", 3)};
        co_await start(quiet(), with_null);
        std::vector<std::string> const good = {"true"};
        auto options = quiet();
        options.extra_env["A=B"] = "c";
        co_await start(options, good);
        EXPECT_EQ(refused, 3);
    });
}

}  // namespace
