// Outcomes of processes and signals, which a simulation has not.
#include "world/waiting.hpp"

#include <rota/process/process.hpp>
#include <rota/signal/signal_receiver.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace {

using namespace world_kit;
namespace subprocess = rota::subprocess;

scope on_kernels() { return kernel_only("a simulation has no processes and signals, and answers ENOSYS"); }

rota::process_options pipes() { return {subprocess::pipe, subprocess::pipe, subprocess::devnull}; }
coro<rota::process> shell(std::string command) {
    auto made = co_await rota::create_subprocess_shell(pipes(), std::move(command));
    co_return made;
}

/// A wait for a child that ends when it is told to.
coro<> ending(waiting_use use) {
    std::vector<rota::process> all;
    all.push_back(co_await shell("read line; exit 7"));
    waiting one;
    auto ask = [&]() -> coro<std::string> {
        auto const code = co_await all.back().wait();
        // The next wait needs a next child.
        all.push_back(co_await shell("read line; exit 7"));
        co_return std::to_string(code);
    };
    auto let = [&]() -> coro<> { co_await all.back().stdin().write("\n"); };
    one.ask = ask;
    one.let = let;
    one.gives = "7";
    co_await use(one);
    for (auto& each : all) {
        if (!each.returncode()) co_await each.kill_and_wait();
        co_await each.stdin().close();
        co_await each.stdout().close();
    }
    EXPECT_TRUE(::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD) << "a child is left";
}

coro<> receiving(waiting_use use) {
    rota::signal_receiver signals(SIGUSR1);
    waiting one;
    auto ask = [&]() -> coro<std::string> {
        auto const number = co_await signals.next();
        co_return std::to_string(number);
    };
    auto let = []() -> coro<> {
        ::raise(SIGUSR1);
        co_return;
    };
    one.ask = ask;
    one.let = let;
    one.gives = std::to_string(SIGUSR1);
    co_await use(one);
}

coro<> starts_no(std::errc code, std::string program, std::string why) {
    co_await fails(code, "start " + program + ": " + why, rota::create_subprocess_exec(pipes(), program));
}

bool const entered = [] {
    of wait("processes", "process.wait");
    add_waiting(wait, ending, on_kernels(), false);
    wait.can("killed by a signal", on_kernels(),
             []() -> coro<> {
                 auto child = co_await shell("read line");
                 child.terminate();
                 EXPECT_EQ(co_await child.wait(), -SIGTERM);
             })
        .can("reaped by somebody else", on_kernels(), []() -> coro<> {
            auto child = co_await shell("read line");
            auto const waiting = rota::create_task(child.wait());
            co_await rota::sleep(5ms);
            ::kill(child.pid(), SIGKILL);
            int status = 0;
            ::waitpid(child.pid(), &status, 0);
            co_await rota::with_timeout(10s, ended(waiting));
        });
    of("processes", "create_subprocess_exec")
        .can("done", on_kernels(),
             []() -> coro<> {
                 auto child = co_await rota::create_subprocess_exec(pipes(), "true");
                 EXPECT_EQ(co_await child.wait(), 0);
             })
        .can("ENOENT", on_kernels(),
             []() -> coro<> {
                 co_await starts_no(std::errc::no_such_file_or_directory, "/no/such/program",
                                    "No such file or directory");
             })
        .can("EACCES", on_kernels(),
             []() -> coro<> { co_await starts_no(std::errc::permission_denied, "/etc/passwd", "Permission denied"); })
        .can("ENOTDIR", on_kernels(),
             []() -> coro<> { co_await starts_no(std::errc::not_a_directory, "/etc/passwd/x", "Not a directory"); })
        .can("ENOSYS", simulation_only("a kernel has processes"), []() -> coro<> {
            co_await fails(std::errc::function_not_supported, rota::create_subprocess_exec("true"));
        });
    of("processes", "process.stdout: read")
        .can("done", on_kernels(),
             []() -> coro<> {
                 auto child = co_await shell("echo said");
                 EXPECT_EQ(co_await child.stdout().read(), "said\n");
                 EXPECT_EQ(co_await child.wait(), 0);
             })
        .can("time-out", on_kernels(), []() -> coro<> {
            auto child = co_await shell("read line; echo $line");
            co_await what_of<rota::timeout_error>(rota::wait_for(child.stdout().read_line(), 10ms));
            co_await child.stdin().write("said\n");
            EXPECT_EQ(co_await child.stdout().read_line(), "said\n");
            EXPECT_EQ(co_await child.wait(), 0);
        });
    of("processes", "process.stdin: write").can("peer gone", on_kernels(), []() -> coro<> {
        auto child = co_await shell("exec <&-; echo closed; read line");
        EXPECT_EQ(co_await child.stdout().read_line(), "closed\n");
        co_await fails(std::errc::broken_pipe, child.stdin().write("x"));
        co_await child.wait();
    });
    of signals("processes", "signal_receiver.next");
    add_waiting(signals, receiving, on_kernels(), false);
    return true;
}();

}  // namespace
