// Descriptors that are no sockets: pipes, files, processes.
#include "engine/descriptor.hpp"
#include "engine_fixture.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

namespace {

using namespace engine_fixture;
using polling = observed<rota::poll_operation>;
using rota::poll_operation;

constexpr auto readable = poll_operation::readiness::readable;
constexpr auto writable = poll_operation::readiness::writable;

class contract_descriptors : public real_engine_test {
protected:
    static std::array<int, 2> raw_pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        return ends;
    }
    rota::io_handle adopt(int descriptor) {
        rota::io_handle adopted;
        EXPECT_EQ(engine().adopt(descriptor, adopted), 0);
        return adopted;
    }
    std::pair<rota::io_handle, rota::io_handle> pipe() {
        auto const ends = raw_pipe();
        return {adopt(ends[0]), adopt(ends[1])};
    }
};
INSTANTIATE_TEST_SUITE_P(engines, contract_descriptors, testing::ValuesIn(real_engines()), name_of);

TEST_P(contract_descriptors, a_pipe_carries_bytes_and_then_its_end) {
    auto const [out, in] = pipe();
    send(in, "through a pipe");
    EXPECT_EQ(receive(out, 14), "through a pipe");
    send(in, "last");
    close(in);
    EXPECT_EQ(receive(out, 100), "last");
    EXPECT_EQ(receive(out, 100), "");
    close(out);
}

TEST_P(contract_descriptors, a_receive_of_a_pipe_waits_and_a_cancel_takes_nothing) {
    auto const [out, in] = pipe();
    std::array<char, 8> buffer{};
    receiving first(out, buffer.data(), buffer.size());
    EXPECT_TRUE(start(first));
    poll();
    EXPECT_FALSE(first.done);
    engine().cancel(first);
    EXPECT_EQ(finish(first), -ECANCELED);
    send(in, "x");
    EXPECT_EQ(receive(out, 1), "x");
    receiving second(out, buffer.data(), buffer.size());
    EXPECT_TRUE(start(second));
    poll();
    send(in, "late");
    EXPECT_EQ(finish(second), 4);
    close(in);
    close(out);
}

TEST_P(contract_descriptors, what_raced_with_a_cancel_is_delivered_or_stays) {
    auto const [out, in] = pipe();
    for (int round = 0; round != 20; ++round) {
        std::array<char, 8> buffer{};
        receiving waits(out, buffer.data(), buffer.size());
        EXPECT_TRUE(start(waits));
        if (round % 2 == 0) poll();
        send(in, "byte");
        engine().cancel(waits);
        auto const result = finish(waits);
        if (result == -ECANCELED)
            EXPECT_EQ(receive(out, 4), "byte");
        else
            EXPECT_EQ(result, 4);
    }
    close(in);
    close(out);
}

TEST_P(contract_descriptors, a_full_pipe_holds_up_the_send_and_nothing_is_lost) {
    auto const [out, in] = pipe();
    std::string const much(std::size_t{300} * 1024, 'm');
    std::size_t sent = 0;
    std::size_t held_up = 0;
    std::string got;
    while (sent != much.size()) {
        sending op(in, much.data() + sent, much.size() - sent);
        if (start(op)) {
            ++held_up;
            got += receive(out, 8192);
        }
        auto const count = finish(op);
        ASSERT_GT(count, 0);
        sent += static_cast<std::size_t>(count);
    }
    EXPECT_GT(held_up, 0U);
    close(in);
    EXPECT_EQ(got + receive(out, much.size()), much);
    close(out);
}

TEST_P(contract_descriptors, a_send_that_waits_hears_that_nobody_reads_any_more) {
    auto const [out, in] = pipe();
    std::string const much(std::size_t{1024} * 1024, 'm');
    sending op(in, much.data(), much.size());
    while (!start(op)) ASSERT_GT(op.result(), 0);  // until it is full
    poll();
    close(out);
    EXPECT_EQ(finish(op), -EPIPE);
    close(in);
}

TEST_P(contract_descriptors, a_pipe_without_a_reader_gives_an_error_and_no_signal) {
    auto const [out, in] = pipe();
    close(out);
    struct sigaction before{};
    ::sigaction(SIGPIPE, nullptr, &before);
    EXPECT_EQ(before.sa_handler, SIG_DFL);  // it would kill
    sending op(in, "x", std::size_t{1});
    EXPECT_EQ(run(op), -EPIPE);
    struct sigaction after{};
    ::sigaction(SIGPIPE, nullptr, &after);
    EXPECT_EQ(after.sa_handler, SIG_DFL);
    close(in);
}

TEST(descriptor, a_signal_of_a_broken_pipe_is_taken_back_where_the_kernel_can_not_be_asked) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(rota::detail::write_holding_signal(ends[1], "ab", 2), 2);
    ::close(ends[0]);
    EXPECT_EQ(rota::detail::write_holding_signal(ends[1], "x", 1), -EPIPE);
    sigset_t left;
    ::sigpending(&left);
    EXPECT_EQ(sigismember(&left, SIGPIPE), 0);
    ::pthread_sigmask(SIG_SETMASK, nullptr, &left);
    EXPECT_EQ(sigismember(&left, SIGPIPE), 0);
    ::close(ends[1]);
}

TEST_P(contract_descriptors, a_poll_ends_when_there_is_something_to_read) {
    auto const [out, in] = pipe();
    polling waits(out, readable);
    EXPECT_TRUE(start(waits));
    poll();
    EXPECT_FALSE(waits.done);
    EXPECT_EQ(engine().pending(), 1U);
    send(in, "x");
    EXPECT_EQ(finish(waits), 0);
    polling again(out, readable);
    EXPECT_EQ(run(again), 0);
    EXPECT_EQ(receive(out, 1), "x");
    polling for_the_end(out, readable);
    EXPECT_TRUE(start(for_the_end));
    poll();
    close(in);
    EXPECT_EQ(finish(for_the_end), 0);
    close(out);
}

TEST_P(contract_descriptors, a_poll_ends_when_there_is_room_to_write) {
    auto const [out, in] = pipe();
    polling at_once(in, writable);
    EXPECT_EQ(run(at_once), 0);
    std::string const much(std::size_t{1024} * 1024, 'm');
    std::size_t filled = 0;
    for (;;) {
        sending op(in, much.data(), much.size());
        if (start(op)) {
            engine().cancel(op);
            EXPECT_EQ(finish(op), -ECANCELED);
            break;
        }
        filled += static_cast<std::size_t>(op.result());
    }
    polling waits(in, writable);
    EXPECT_TRUE(start(waits));
    poll();
    EXPECT_FALSE(waits.done);
    EXPECT_EQ(receive(out, filled).size(), filled);
    EXPECT_EQ(finish(waits), 0);
    close(in);
    close(out);
}

TEST_P(contract_descriptors, a_poll_is_cancelled_and_ends_with_its_handle) {
    auto const [out, in] = pipe();
    polling first(out, readable);
    EXPECT_TRUE(start(first));
    poll();
    engine().cancel(first);
    EXPECT_EQ(finish(first), -ECANCELED);
    polling second(out, readable);
    EXPECT_TRUE(start(second));
    poll();
    EXPECT_EQ(close(out), 0);
    EXPECT_TRUE(second.done);
    EXPECT_EQ(second.result(), -ECANCELED);
    close(in);
}

TEST_P(contract_descriptors, sockets_are_polled_like_everything) {
    auto const [client, server] = connect();
    polling room(client, writable);
    EXPECT_EQ(run(room), 0);
    polling data(server, readable);
    EXPECT_TRUE(start(data));
    poll();
    EXPECT_FALSE(data.done);
    send(client, "x");
    EXPECT_EQ(finish(data), 0);
    EXPECT_EQ(receive(server, 1), "x");
    close(client);
    close(server);
}

TEST_P(contract_descriptors, the_handle_of_a_process_is_readable_when_that_has_ended) {
    auto const gate = raw_pipe();
    pid_t const child = ::fork();
    if (child == 0) {
        ::close(gate[1]);
        char byte = 0;
        ::_exit(static_cast<int>(::read(gate[0], &byte, 1)) + 3);
    }
    ::close(gate[0]);
    auto const handle = adopt(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    polling waits(handle, readable);
    EXPECT_TRUE(start(waits));
    poll();
    EXPECT_FALSE(waits.done);
    ::close(gate[1]);
    EXPECT_EQ(finish(waits), 0);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, WNOHANG), child);
    EXPECT_EQ(WEXITSTATUS(status), 3);
    close(handle);
}

TEST_P(contract_descriptors, a_file_is_read_and_written_at_its_position) {
    std::FILE* const file = std::tmpfile();
    int const raw = ::dup(::fileno(file));
    std::fclose(file);
    auto const handle = adopt(raw);
    send(handle, "in a file");
    ::lseek(raw, 3, SEEK_SET);
    EXPECT_EQ(receive(handle, 100), "a file");
    polling at_once(handle, readable);
    EXPECT_EQ(run(at_once), 0);
    close(handle);
}

TEST_P(contract_descriptors, a_counter_is_read_like_a_pipe) {
    auto const handle = adopt(::eventfd(0, EFD_CLOEXEC));
    std::uint64_t count = 0;
    receiving waits(handle, &count, sizeof count);
    EXPECT_TRUE(start(waits));
    poll();
    std::uint64_t const three = 3;
    sending add(handle, &three, sizeof three);
    EXPECT_EQ(run(add), 8);
    EXPECT_EQ(finish(waits), 8);
    EXPECT_EQ(count, 3U);
    close(handle);
}

TEST_P(contract_descriptors, what_was_blocking_is_so_again_after_the_close) {
    auto const ends = raw_pipe();
    int const other = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
    auto const handle = adopt(ends[0]);
    EXPECT_NE(::fcntl(other, F_GETFL) & O_NONBLOCK, 0);
    close(handle);
    EXPECT_EQ(::fcntl(other, F_GETFL) & O_NONBLOCK, 0);
    ::fcntl(other, F_SETFL, O_NONBLOCK);
    int const third = ::fcntl(other, F_DUPFD_CLOEXEC, 0);
    close(adopt(third));
    EXPECT_NE(::fcntl(other, F_GETFL) & O_NONBLOCK, 0);
    ::close(other);
    ::close(ends[1]);
}

TEST_P(contract_descriptors, a_copy_is_polled_and_changes_nothing_of_what_it_is_of) {
    auto const ends = raw_pipe();
    int const flags = ::fcntl(ends[0], F_GETFL);
    rota::io_handle copy;
    ASSERT_EQ(engine().adopt_copy(ends[0], copy), 0);
    polling waits(copy, readable);
    EXPECT_TRUE(start(waits));
    poll();
    EXPECT_FALSE(waits.done);
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
    EXPECT_EQ(finish(waits), 0);
    close(copy);
    EXPECT_EQ(::fcntl(ends[0], F_GETFL), flags);
    rota::io_handle none;
    EXPECT_EQ(engine().adopt_copy(987654, none), -EBADF);
    for (int const end : ends) ::close(end);
}

TEST_P(contract_descriptors, what_others_have_open_too_can_be_waited_for_again_and_again) {
    auto const ends = raw_pipe();
    for (int time = 0; time < 3; ++time) {
        auto const handle = adopt(::fcntl(ends[0], F_DUPFD_CLOEXEC, 0));
        polling waits(handle, readable);
        EXPECT_TRUE(start(waits));
        poll();
        EXPECT_FALSE(waits.done);
        close(handle);
        EXPECT_EQ(finish(waits), -ECANCELED);
    }
    for (int const end : ends) ::close(end);
}

TEST_P(contract_descriptors, an_adopted_socket_is_a_socket) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    auto const one = adopt(ends[0]);
    auto const other = adopt(ends[1]);
    send(one, "to a socket");
    EXPECT_EQ(receive(other, 11), "to a socket");
    shutting shut(one, side::send);
    EXPECT_EQ(run(shut), 0);
    EXPECT_EQ(receive(other, 1), "");
    close(other);
    sending broken(one, "x", std::size_t{1});
    EXPECT_EQ(run(broken), -EPIPE);
    close(one);
}

TEST_P(contract_descriptors, no_descriptor_is_refused) {
    rota::io_handle adopted;
    EXPECT_EQ(engine().adopt(-1, adopted), -EBADF);
    EXPECT_FALSE(adopted);
}

TEST(descriptor, a_simulated_engine_has_none_of_the_kernels) {
    auto const simulated = rota::make_engine(rota::engine_options(rota::engine_kind::simulated));
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    rota::io_handle handle;
    EXPECT_EQ(simulated->adopt(ends[0], handle), -ENOSYS);
    EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);  // it was closed
    ::close(ends[1]);
    ASSERT_EQ(simulated->open_socket(rota::address_family::ipv4, handle), 0);
    polling op(handle, readable);
    EXPECT_TRUE(simulated->submit(op));
    EXPECT_EQ(op.result(), -ENOSYS);
    simulated->close(handle);
    simulated->wait({});
}

}  // namespace
