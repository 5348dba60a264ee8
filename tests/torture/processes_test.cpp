// Cancelled at every point, or short of memory: no child lives on, none is left as a zombie, and what it wrote is not lost.
#include "torture_kit.hpp"

#include <sys/wait.h>

#include <cerrno>

namespace {

using namespace torture_kit;
using rota::process;

bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

rota::process_options pipes() {
    rota::process_options options;
    options.stdin = rota::subprocess::pipe;
    options.stdout = rota::subprocess::pipe;
    return options;
}

struct with_children : scenario {
    // Of the run before this one.
    with_children() { EXPECT_TRUE(no_child_is_left()); }
};

struct waits : with_children {
    process child;
    int code = -1;
    coro<> subject() override {
        child = co_await rota::create_subprocess_shell("exit 3");
        code = co_await child.wait();
    }
    coro<> verify() override {
        if (!child) co_return;
        int const again = co_await child.wait();
        require(again == 3 && (code == -1 || code == 3), "its end is lost");
    }
};

struct talks : with_children {
    process child;
    std::string said;
    coro<> subject() override {
        child = co_await rota::create_subprocess_exec(pipes(), "cat");
        auto const output = co_await child.communicate("some words");
        said = output.out;
    }
    coro<> verify() override {
        if (!child) co_return;
        // What had been written stays so.
        auto const output = co_await child.communicate();
        require(std::string_view("some words").starts_with(output.out), "it got other words");
        require(said.empty() || said == "some words", "what it said is lost");
    }
};

struct is_stopped : with_children {
    process child;
    coro<> subject() override {
        child = co_await rota::create_subprocess_exec("sleep", "1000");
        co_await child.stop();
    }
    coro<> verify() override {
        if (!child) co_return;
        co_await child.kill_and_wait();
        require(child.returncode().has_value(), "it has no return code");
    }
};

struct is_left : with_children {
    coro<> subject() override {
        auto const talk = [](process& child) -> coro<> {
            co_await child.stdin().write("x");
            std::string const got = co_await child.stdout().read_exactly(1);
            require(got == "x", "it is another byte");
        };
        co_await rota::with_process(rota::create_subprocess_exec(pipes(), "cat"), talk);
        EXPECT_TRUE(no_child_is_left());
    }
    coro<> verify() override {
        // One that there was no memory to give to anybody is killed, and reaped before the next run begins.
        if (!memory_ran_out()) {
            EXPECT_TRUE(no_child_is_left());
        }
        co_return;
    }
};

struct quiet : rota::subprocess_protocol {};

/// By callbacks. One that nobody closes is killed when its loop ends.
template <bool Shell>
struct calls_back : with_children {
    coro<> subject() override {
        rota::subprocess_transport child;
        if constexpr (Shell) {
            auto const made = co_await rota::subprocess_shell(std::make_shared<quiet>, "cat");
            child = made.transport;
        } else {
            auto const made = co_await rota::subprocess_exec(std::make_shared<quiet>, "cat");
            child = made.transport;
        }
        child.get_pipe_transport(0).write("x");
        co_await rota::yield();
        child.close();
        co_await rota::yield();
    }
};

class TortureProcesses : public testing::Test {
protected:
    void TearDown() override { EXPECT_TRUE(no_child_is_left()); }
};

TEST_F(TortureProcesses, Wait) { torture<waits>("create_subprocess_shell, process.wait", real_engines); }
TEST_F(TortureProcesses, Communicate) { torture<talks>("create_subprocess_exec, process.communicate", real_engines); }
TEST_F(TortureProcesses, Stop) { torture<is_stopped>("process.stop, process.kill_and_wait", real_engines); }
TEST_F(TortureProcesses, Exec) { torture<calls_back<false>>("subprocess_exec", real_engines); }
TEST_F(TortureProcesses, Shell) { torture<calls_back<true>>("subprocess_shell", real_engines); }
TEST_F(TortureProcesses, WithProcess) { torture<is_left>("with_process", real_engines); }

}  // namespace
