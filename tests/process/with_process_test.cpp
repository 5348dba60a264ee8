#include <rota/process/with_process.hpp>

#include "process_kit.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/core/sleep.hpp>

#include <csignal>
#include <stdexcept>

namespace {

using namespace process_kit;

class WithProcess : public process_test {};
INSTANTIATE_TEST_SUITE_P(Engines, WithProcess, engines, engine_name);

TEST_P(WithProcess, KillsAndReapsWhenTheBodyIsDoneAndGivesWhatItGives) {
    run([]() -> coro<> {
        int pid = 0;
        auto const body = [&](rota::process& child) -> coro<int> {
            pid = child.pid();
            co_return 7;
        };
        int const given = co_await rota::with_process(rota::create_subprocess_exec(quiet(), "sleep", "100"), body);
        EXPECT_EQ(given, 7);
        EXPECT_EQ(::kill(pid, 0), -1);
        EXPECT_TRUE(no_child_is_left());
    });
}

TEST_P(WithProcess, KillsAndReapsWhereTheBodyThrowsOrIsCancelled) {
    run([]() -> coro<> {
        auto const fails = [](rota::process&) -> coro<> {
            co_await rota::yield();
            throw std::runtime_error("body");
        };
        auto failing = co_await rota::create_subprocess_exec(quiet(), "sleep", "100");
        std::string told;
        try {
            co_await rota::with_process(std::move(failing), fails);
        } catch (std::runtime_error const& error) {
            told = error.what();
        }
        EXPECT_EQ(told, "body");
        EXPECT_TRUE(no_child_is_left());
        auto const waits = [](rota::process& child) -> coro<> { co_await child.wait(); };
        bool timed_out = false;
        try {
            co_await rota::with_timeout(
                20ms, rota::with_process(rota::create_subprocess_exec(quiet(), "sleep", "100"), waits));
        } catch (rota::timeout_error const&) {
            timed_out = true;
        }
        EXPECT_TRUE(timed_out);
        EXPECT_TRUE(no_child_is_left());
    });
}

TEST_P(WithProcess, KillsTheGroupThatTheChildLeads) {
    run([]() -> coro<> {
        rota::process_options options(subprocess::devnull, subprocess::pipe);
        options.process_group = 0;
        rota::stream output;
        auto const body = [&](rota::process& child) -> coro<> {
            co_await child.stdout().read_line();
            output = std::move(child.stdout());
        };
        co_await rota::with_process(rota::create_subprocess_shell(options, "sleep 100 & echo started; wait"), body);
        EXPECT_EQ(co_await output.read(), "");  // nobody has its other end
        co_await output.close();
    });
}

TEST_P(WithProcess, LeavesAnErrorOfTheStartToItsCaller) {
    run([]() -> coro<> {
        bool entered = false;
        auto const body = [&](rota::process&) -> coro<> {
            entered = true;
            co_return;
        };
        bool refused = false;
        try {
            co_await rota::with_process(rota::create_subprocess_exec("/no/such"), body);
        } catch (rota::system_error const&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        EXPECT_FALSE(entered);
    });
}

}  // namespace
