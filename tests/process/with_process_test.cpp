#include <rota/process/with_process.hpp>

#include "process_kit.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/sleep.hpp>

#include <csignal>
#include <cstdint>
#include <new>
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

TEST_P(WithProcess, KillsAndReapsWhereThereIsNoMemoryForABodyOrAnEnd) {
    run([]() -> coro<> {
        auto const body = [](rota::process&) -> coro<> { co_await rota::yield(); };
        bool went_well = false;
        for (std::uint64_t n = 1; !went_well && n < 100; ++n) {
            rota::detail::frame_pool::fail_allocation(n);
            try {
                co_await rota::with_process(rota::create_subprocess_exec(quiet(), "sleep", "100"), body);
                went_well = true;
            } catch (std::bad_alloc const&) {}
            rota::detail::frame_pool::fail_allocation(0);
            EXPECT_TRUE(no_child_is_left()) << "frame " << n;
        }
        EXPECT_TRUE(went_well);
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
