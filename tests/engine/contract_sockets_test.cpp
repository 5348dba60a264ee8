#include "engine_fixture.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

namespace {

using namespace engine_fixture;

class contract_sockets : public engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_sockets, testing::ValuesIn(all_engines()), name_of);

class contract_kernel_sockets : public real_engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, contract_kernel_sockets, testing::ValuesIn(real_engines()), name_of);

std::string pattern(std::size_t bytes) {
    std::string made(bytes, '\0');
    for (std::size_t index = 0; index != bytes; ++index) made[index] = static_cast<char>(index * 31 + index / 251);
    return made;
}

std::set<int> open_descriptors() {
    std::set<int> found;
    for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        found.insert(std::stoi(entry.path().filename().string()));
    std::erase_if(found, [](int descriptor) { return fcntl(descriptor, F_GETFD) < 0; });
    return found;
}

TEST_P(contract_sockets, it_is_the_kind_that_was_asked_for) {
    bool const any = GetParam().kind == rota::engine_kind::automatic;
    EXPECT_EQ(engine().kind(), any ? rota::engine_kind::epoll : GetParam().kind);
    EXPECT_EQ(engine().fallback_reason(), "");
}

TEST_P(contract_sockets, what_one_side_sends_the_other_receives) {
    auto const [client, server] = connect();
    send(client, "question");
    EXPECT_EQ(receive(server, 8), "question");
    send(server, "answer");
    EXPECT_EQ(receive(client, 6), "answer");
    close(client);
    close(server);
}

TEST_P(contract_sockets, both_ends_know_each_other) {
    auto const on = listener();
    connecting connect(socket(), address(on));
    accepting accept(on);
    start(connect);
    start(accept);
    ASSERT_EQ(finish(connect), 0);
    ASSERT_EQ(finish(accept), 0);
    EXPECT_EQ(accept.peer, address(connect.handle()));
    EXPECT_EQ(address(accept.accepted), address(on));
    rota::socket_address peer;
    EXPECT_EQ(engine().peer_address(connect.handle(), peer), 0);
    EXPECT_EQ(peer, address(on));
    for (auto const handle : {on, connect.handle(), accept.accepted}) close(handle);
}

TEST_P(contract_sockets, a_receive_takes_no_more_than_it_has_room_for) {
    auto const [client, server] = connect();
    send(client, "abcdef");
    EXPECT_EQ(receive(server, 2), "ab");
    EXPECT_EQ(receive(server, 4), "cdef");
    close(client);
    close(server);
}

TEST_P(contract_sockets, a_receive_waits_for_what_has_not_been_sent) {
    auto const [client, server] = connect();
    std::array<char, 16> buffer{};
    receiving receive(server, buffer.data(), buffer.size());
    EXPECT_TRUE(start(receive));
    poll();
    EXPECT_FALSE(receive.done);
    EXPECT_EQ(engine().pending(), 1U);
    send(client, "x");
    EXPECT_EQ(finish(receive), 1);
    EXPECT_EQ(buffer[0], 'x');
    close(client);
    close(server);
}

TEST_P(contract_sockets, the_end_comes_after_the_data_and_stays) {
    auto const [client, server] = connect();
    send(client, "last");
    close(client);
    EXPECT_EQ(receive(server, 100), "last");
    EXPECT_EQ(receive(server, 100), "");
    close(server);
}

TEST_P(contract_sockets, the_end_is_noticed_though_a_short_read_came_before_it) {
    auto const [client, server] = connect();
    std::array<char, 100> buffer{};
    send(client, "a");
    receiving first(server, buffer.data(), buffer.size());
    EXPECT_EQ(run(first), 1);
    receiving second(server, buffer.data(), buffer.size());
    EXPECT_TRUE(start(second));
    poll();
    send(client, "b");
    close(client);
    EXPECT_EQ(finish(second), 1);
    receiving third(server, buffer.data(), buffer.size());
    EXPECT_EQ(run(third), 0);
    close(server);
}

TEST_P(contract_sockets, a_half_closed_connection_still_carries_the_other_half) {
    auto const [client, server] = connect();
    send(client, "request");
    shutting shut(client, side::send);
    EXPECT_EQ(run(shut), 0);
    EXPECT_EQ(receive(server, 100), "request");
    send(server, "response");
    close(server);
    EXPECT_EQ(receive(client, 100), "response");
    close(client);
}

TEST_P(contract_sockets, what_was_sent_before_a_shutdown_arrives) {
    auto const [client, server] = connect();
    // Two completions in one wait make an engine that gathers its sends keep the next one back.
    std::array<char, 2> bytes{};
    receiving one(client, &bytes[0], std::size_t{1});
    receiving two(server, &bytes[1], std::size_t{1});
    start(one);
    start(two);
    poll();
    send(client, "1");
    send(server, "2");
    finish(one);
    finish(two);
    sending last(client, "last", std::size_t{4});
    start(last);
    shutting shut(client, side::send);
    EXPECT_EQ(run(shut), 0);
    EXPECT_EQ(finish(last), 4);
    EXPECT_EQ(receive(server, 100), "last");
    close(client);
    close(server);
}

TEST_P(contract_sockets, shutting_the_receiving_side_ends_a_receive) {
    auto const [client, server] = connect();
    char byte = 0;
    receiving receive(client, &byte, std::size_t{1});
    EXPECT_TRUE(start(receive));
    poll();
    shutting shut(client, side::receive);
    EXPECT_EQ(run(shut), 0);
    EXPECT_EQ(finish(receive), 0);
    close(client);
    close(server);
}

TEST_P(contract_sockets, nobody_listening_refuses_a_connect) {
    auto const gone = listener();
    auto const nobody = address(gone);
    close(gone);
    connecting connect(socket(), nobody);
    EXPECT_EQ(run(connect), -ECONNREFUSED);
    EXPECT_EQ(close(connect.handle()), 0);
}

TEST_P(contract_sockets, connecting_once_more_is_refused) {
    auto const on = listener();
    auto const made = connect(on);
    connecting again(made.client, address(on));
    EXPECT_EQ(run(again), -EISCONN);
    send(made.client, "x");
    EXPECT_EQ(receive(made.server, 1), "x");
    for (auto const each : {made.client, made.server, on}) close(each);
}

TEST_P(contract_sockets, sending_to_who_has_gone_is_an_error_and_no_signal) {
    auto const [client, server] = connect();
    close(server);
    std::int32_t result = 0;
    for (int tries = 0; tries < 1000 && result >= 0; ++tries) {
        sending op(client, "x", std::size_t{1});
        result = run(op);
        engine().wait(engine().now() + 1ms);
    }
    EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
    close(client);
}

TEST_P(contract_sockets, what_is_not_connected_says_so) {
    auto const handle = socket();
    char byte = 0;
    receiving receive(handle, &byte, std::size_t{1});
    EXPECT_EQ(run(receive), -ENOTCONN);
    close(handle);
}

TEST_P(contract_sockets, a_taken_address_is_refused) {
    auto const on = listener();
    auto const second = socket();
    EXPECT_EQ(engine().bind(second, address(on)), -EADDRINUSE);
    close(on);
    close(second);
}

TEST_P(contract_sockets, a_large_transfer_arrives_whole_through_a_slow_reader) {
    auto const made = connect();
    auto const all = pattern(8'000'000);
    std::string got(all.size(), '\0');
    std::size_t sent = 0;
    std::size_t received = 0;
    int pauses = 0;
    std::unique_ptr<sending> send;
    auto const send_what_goes = [&] {
        while (sent != all.size()) {
            if (send) {
                if (!send->done) return;
                ASSERT_GT(send->result(), 0);
                sent += static_cast<std::size_t>(send->result());
            }
            if (sent == all.size()) return send.reset();
            send = std::make_unique<sending>(made.client, all.data() + sent, all.size() - sent);
            if (start(*send)) ++pauses;
        }
    };
    while (received != all.size()) {
        send_what_goes();
        receiving receive(made.server, got.data() + received, std::min<std::size_t>(50'007, all.size() - received));
        start(receive);
        // The bytes of a send can be received before its own completion is seen.
        wait_until([&] {
            send_what_goes();
            return receive.done;
        });
        ASSERT_GT(receive.result(), 0);
        received += static_cast<std::size_t>(receive.result());
    }
    EXPECT_GT(pauses, 0) << "the sender never had to wait: the test shows nothing";
    if (send) finish(*send);
    EXPECT_TRUE(got == all);
    close(made.client);
    close(made.server);
}

TEST_P(contract_sockets, receives_of_one_handle_are_served_in_their_order) {
    auto const [client, server] = connect();
    std::array<char, 3> bytes{};
    receiving first(server, &bytes[0], std::size_t{1});
    receiving second(server, &bytes[1], std::size_t{1});
    receiving third(server, &bytes[2], std::size_t{1});
    for (auto* op : {&first, &second, &third}) EXPECT_TRUE(start(*op));
    poll();
    send(client, "abc");
    EXPECT_EQ(finish(third), 1);
    EXPECT_EQ(std::string_view(bytes.data(), 3), "abc");
    EXPECT_LT(first.place, second.place);
    EXPECT_LT(second.place, third.place);
    close(client);
    close(server);
}

TEST_P(contract_sockets, sends_of_one_handle_go_out_in_their_order) {
    auto const [client, server] = connect();
    auto const filler = pattern(300'000);
    std::vector<std::unique_ptr<sending>> sends;
    std::string expected;
    // More than the buffers hold, so that some have to wait.
    for (int number = 0; number != 40; ++number) {
        sends.push_back(std::make_unique<sending>(client, filler.data() + number, std::size_t{200'000}));
        start(*sends.back());
    }
    std::string got(8'000'000, '\0');
    std::size_t received = 0;
    auto const all_done = [&] {
        for (auto const& op : sends)
            if (!op->done) return false;
        return true;
    };
    auto const bytes_sent = [&] {
        std::size_t sum = 0;
        for (auto const& op : sends) sum += static_cast<std::size_t>(op->result());
        return sum;
    };
    while (!all_done() || received != bytes_sent()) {
        receiving receive(server, got.data() + received, got.size() - received);
        ASSERT_GT(run(receive), 0);
        received += static_cast<std::size_t>(receive.result());
    }
    for (std::size_t number = 0; number != sends.size(); ++number) {
        ASSERT_GT(sends[number]->result(), 0);
        expected.append(filler, number, static_cast<std::size_t>(sends[number]->result()));
    }
    got.resize(received);
    EXPECT_TRUE(got == expected);
    close(client);
    close(server);
}

TEST_P(contract_sockets, one_listener_serves_many_accepts) {
    auto const on = listener();
    std::array<std::unique_ptr<accepting>, 20> accepts;
    std::array<std::unique_ptr<connecting>, 20> connects;
    for (auto& op : accepts) start(*(op = std::make_unique<accepting>(on)));
    poll();
    for (auto& op : connects) start(*(op = std::make_unique<connecting>(socket(), address(on))));
    for (auto& op : connects) EXPECT_EQ(finish(*op), 0);
    for (auto& op : accepts) EXPECT_EQ(finish(*op), 0);
    for (auto& op : accepts) close(op->accepted);
    for (auto& op : connects) close(op->handle());
    close(on);
}

TEST_P(contract_sockets, an_operation_can_be_started_again_from_its_own_completion) {
    auto const [client, server] = connect();
    char byte = 0;
    std::string got;
    receiving receive(server, &byte, std::size_t{1});
    receive.then = [&] {
        got += byte;
        if (got.size() == 3) return;
        if (!start(receive)) receive.then();
    };
    EXPECT_TRUE(start(receive));
    poll();
    send(client, "abc");
    wait_until([&] { return got.size() == 3; });
    EXPECT_EQ(got, "abc");
    close(client);
    close(server);
}

TEST_P(contract_sockets, nothing_to_send_and_no_room_to_receive_are_done_at_once) {
    auto const made = connect();
    char byte = 0;
    sending send(made.client, &byte, std::size_t{0});
    receiving receive(made.server, &byte, std::size_t{0});
    EXPECT_EQ(run(send), 0);
    EXPECT_EQ(run(receive), 0);
    close(made.client);
    close(made.server);
}

TEST_P(contract_sockets, options_are_taken) {
    auto const handle = socket();
    using enum rota::socket_option;
    for (auto const option : {reuse_address, reuse_port, no_delay, keep_alive})
        EXPECT_EQ(engine().set_option(handle, option, 1), 0);
    close(handle);
}

TEST_P(contract_kernel_sockets, a_socket_needs_a_family) {
    rota::io_handle handle;
    EXPECT_EQ(engine().open_socket(rota::address_family::unspecified, handle), -EAFNOSUPPORT);
}

TEST_P(contract_kernel_sockets, urgent_data_hide_nothing_that_follows) {
    auto const on = listener();
    int const client = raw_client(address(on));
    accepting accept(on);
    ASSERT_EQ(run(accept), 0);
    // A receive stops at the mark, short of what is there.
    EXPECT_EQ(::send(client, "before", 6, 0), 6);
    EXPECT_EQ(::send(client, "u", 1, MSG_OOB), 1);
    EXPECT_EQ(::send(client, "after", 5, 0), 5);
    std::array<char, 100> buffer{};
    std::string got;
    while (got.size() < 11) {
        receiving receive(accept.accepted, buffer.data(), buffer.size());
        auto const count = run(receive);
        ASSERT_GT(count, 0);
        got.append(buffer.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(got, "beforeafter");
    ::close(client);
    close(accept.accepted);
    close(on);
}

TEST_P(contract_kernel_sockets, no_descriptor_leaks_into_children) {
    auto const before = open_descriptors();
    auto const another = GetParam().make(rota::engine_options(GetParam().kind));
    auto const on = listener();
    auto const made = connect(on);
    auto const after = open_descriptors();
    EXPECT_GE(after.size(), before.size() + 5);
    for (int const descriptor : after) {
        if (before.contains(descriptor)) continue;
        EXPECT_NE(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0) << descriptor;
    }
    close(made.client);
    close(made.server);
    close(on);
}

}  // namespace
