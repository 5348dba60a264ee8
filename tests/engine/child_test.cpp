#include <rota/engine/child.hpp>

#include "engine_fixture.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace engine_fixture;
using kind = rota::child_stream::kind;
using step = rota::started_child::step;
using polling = observed<rota::poll_operation>;

std::size_t open_descriptors() {
    auto const listed = std::filesystem::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(listed), end(listed)));
}

class contract_children : public real_engine_test {
protected:
    static rota::child_request shell(std::string const& script) {
        rota::child_request request;
        request.program = "sh";
        request.arguments = {"sh", "-c", script};
        request.streams[0] = rota::child_stream(kind::null);
        return request;
    }
    rota::started_child spawn(rota::child_request const& request) {
        rota::started_child started;
        EXPECT_EQ(engine().spawn(request, started), 0);
        return started;
    }
    int returncode_of(rota::started_child const& child) {
        polling ended(child.process, rota::poll_operation::readiness::readable);
        EXPECT_EQ(run(ended), 0);
        int code = -1000;
        EXPECT_EQ(engine().reap_child(child.process, code), 0);
        close(child.process);
        return code;
    }
    std::string output_of(rota::child_request request) {
        request.streams[1] = rota::child_stream(kind::pipe);
        auto const child = spawn(request);
        auto const said = receive(child.streams[1], 100'000);
        EXPECT_EQ(returncode_of(child), 0) << said;
        close(child.streams[1]);
        return said;
    }
};
INSTANTIATE_TEST_SUITE_P(engines, contract_children,
                         testing::Values(contestant{"uring", rota::engine_kind::uring},
                                         contestant{"epoll", rota::engine_kind::epoll}),
                         name_of);

TEST_P(contract_children, a_child_is_started_and_its_end_is_taken) {
    auto const child = spawn(shell("exit 7"));
    EXPECT_GT(child.pid, 0);
    EXPECT_FALSE(child.streams[0]);
    EXPECT_EQ(returncode_of(child), 7);
    EXPECT_EQ(::waitpid(child.pid, nullptr, WNOHANG), -1);  // no zombie
}

TEST_P(contract_children, one_that_runs_can_not_be_reaped_and_a_signal_ends_it) {
    auto const child = spawn(shell("while :; do sleep 10; done"));
    int code = 0;
    EXPECT_EQ(engine().reap_child(child.process, code), -EAGAIN);
    EXPECT_EQ(engine().signal_child(child.process, SIGKILL, 0), 0);
    EXPECT_EQ(returncode_of(child), -SIGKILL);
    EXPECT_EQ(engine().signal_child(child.process, SIGKILL, 0), -ESRCH);
}

TEST_P(contract_children, one_that_somebody_else_reaped_is_told) {
    auto const child = spawn(shell("exit 0"));
    EXPECT_EQ(::waitpid(child.pid, nullptr, 0), child.pid);
    int code = 0;
    EXPECT_EQ(engine().reap_child(child.process, code), -ECHILD);
    EXPECT_EQ(engine().signal_child(child.process, SIGKILL, 0), -ESRCH);
    close(child.process);
}

TEST_P(contract_children, its_streams_lead_where_they_are_to) {
    auto request = shell("cat; echo out; echo err >&2");
    request.streams = {rota::child_stream(kind::pipe), rota::child_stream(kind::pipe),
                       rota::child_stream(kind::as_output)};
    auto const child = spawn(request);
    send(child.streams[0], "in\n");
    close(child.streams[0]);
    EXPECT_EQ(receive(child.streams[1], 100), "in\nout\nerr\n");
    EXPECT_EQ(returncode_of(child), 0);
    close(child.streams[1]);
}

TEST_P(contract_children, descriptors_may_change_places) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    // What is to be its output and error stands where its input and output are put.
    int const kept_in = ::fcntl(0, F_DUPFD_CLOEXEC, 10);
    int const kept_out = ::fcntl(1, F_DUPFD_CLOEXEC, 10);
    ::dup2(ends[1], 0);
    ::dup2(ends[1], 1);
    auto request = shell("");
    request.arguments = {"sh", "-c", "echo a; echo b >&2"};
    request.streams = {rota::child_stream(kind::null), rota::child_stream(kind::descriptor, 0),
                       rota::child_stream(kind::descriptor, 1)};
    auto const child = spawn(request);
    if (kept_in >= 0) ::dup2(kept_in, 0), ::close(kept_in);
    ::dup2(kept_out, 1);
    ::close(kept_out);
    ::close(ends[1]);
    EXPECT_EQ(returncode_of(child), 0);
    std::array<char, 16> said{};
    auto const count = ::read(ends[0], said.data(), said.size());
    EXPECT_EQ(std::string_view(said.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))), "a\nb\n");
    ::close(ends[0]);
}

TEST_P(contract_children, it_has_no_descriptor_but_those_it_was_given) {
    int const leaky = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    int const given = ::fcntl(leaky, F_DUPFD_CLOEXEC, 50);
    auto const is_open = [](int number) {
        return shell("if [ -e /proc/$$/fd/" + std::to_string(number) + " ]; then echo yes; else echo no; fi");
    };
    EXPECT_EQ(output_of(is_open(leaky)), "no\n");
    EXPECT_EQ(output_of(is_open(given)), "no\n");
    auto request = is_open(given);
    request.kept_descriptors = {given};
    EXPECT_EQ(output_of(request), "yes\n");
    ::close(leaky);
    ::close(given);
}

TEST_P(contract_children, its_signals_are_as_at_the_start_of_a_program) {
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    auto const ignored = std::signal(SIGPIPE, SIG_IGN);
    auto const said = output_of(shell("grep -E 'SigBlk|SigIgn' /proc/self/status | tr -d '\\t\\n'"));
    std::signal(SIGPIPE, ignored);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_NE(said.find("SigBlk:0000000000000000"), std::string::npos) << said;
    auto const mask = std::stoull(said.substr(said.find("SigIgn:") + 7), nullptr, 16);
    EXPECT_EQ(mask & (1ULL << (SIGPIPE - 1)), 0U) << said;
}

TEST_P(contract_children, environment_directory_session_and_group_are_as_asked) {
    auto request = shell("echo $NAME; pwd");
    request.environment = {{"NAME=value", "PATH=/bin:/usr/bin"}};
    request.directory = "/";
    EXPECT_EQ(output_of(request), "value\n/\n");
    auto session = shell("exec sleep 100");
    session.new_session = true;
    auto const leader = spawn(session);
    EXPECT_EQ(::getsid(leader.pid), leader.pid);
    auto group = shell("exec sleep 100");
    group.process_group = 0;
    auto const other = spawn(group);
    EXPECT_EQ(::getpgid(other.pid), other.pid);
    for (auto const& each : {leader, other}) {
        EXPECT_EQ(engine().signal_child(each.process, SIGTERM, each.pid), 0);
        EXPECT_EQ(returncode_of(each), -SIGTERM);
    }
}

TEST_P(contract_children, what_can_not_be_started_says_why_and_leaves_nothing) {
    auto const before = open_descriptors();
    rota::started_child started;
    rota::child_request request;
    request.streams[1] = rota::child_stream(kind::pipe);
    request.program = "/no/such/program";
    request.arguments = {request.program};
    EXPECT_EQ(engine().spawn(request, started), -ENOENT);
    EXPECT_EQ(started.failed, step::program);
    request.program = "no-such-program-in-any-place";
    EXPECT_EQ(engine().spawn(request, started), -ENOENT);
    request.program = "/etc/passwd";
    EXPECT_EQ(engine().spawn(request, started), -EACCES);
    EXPECT_EQ(started.failed, step::program);
    request.program = "";
    EXPECT_EQ(engine().spawn(request, started), -ENOENT);
    request.program = "true";
    request.directory = "/no/such/directory";
    EXPECT_EQ(engine().spawn(request, started), -ENOENT);
    EXPECT_EQ(started.failed, step::directory);
    request.directory.reset();
    request.streams[2] = rota::child_stream(kind::descriptor, 999);
    EXPECT_EQ(engine().spawn(request, started), -EBADF);
    EXPECT_EQ(started.failed, step::preparing);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no zombie
    EXPECT_EQ(open_descriptors(), before);
}

TEST_P(contract_children, the_signals_of_this_thread_are_blocked_as_before) {
    sigset_t before;
    sigset_t after;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    EXPECT_EQ(returncode_of(spawn(shell("exit 0"))), 0);
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (int signal = 1; signal < 32; ++signal) EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal));
}

TEST(children, there_are_none_in_simulation) {
    auto const simulated = rota::make_engine(rota::engine_options(rota::engine_kind::simulated));
    rota::started_child started;
    EXPECT_EQ(simulated->spawn(rota::child_request(), started), -ENOSYS);
}

}  // namespace
