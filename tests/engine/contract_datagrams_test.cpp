// Datagrams on every engine: UDP, and those of Unix sockets.
#include "engine_fixture.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace engine_fixture;
using namespace std::string_view_literals;
using rota::socket_address;

class contract_datagrams : public engine_test {
protected:
    struct datagram {
        std::string text;
        socket_address from;
        bool truncated;
    };

    std::int32_t send_to(rota::io_handle by, std::string_view text, socket_address const& to = {}) {
        sending_to op(by, text.data(), text.size(), to);
        return run(op);
    }
    datagram receive_from(rota::io_handle by, std::size_t room = 1'000) {
        std::string text(room, '?');
        receiving_from op(by, text.data(), text.size());
        auto const count = run(op);
        EXPECT_GE(count, 0);
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return {text, op.from, op.truncated};
    }
    std::int32_t connect_to(rota::io_handle by, socket_address const& to) {
        connecting op(by, to);
        return run(op);
    }
    /// A name of a Unix socket that no other test has.
    static socket_address name(std::string_view what) {
        return socket_address::from_path(
            std::string("\0rota-contract-"sv).append(std::to_string(getpid())).append("-").append(what));
    }
};
INSTANTIATE_TEST_SUITE_P(engines, contract_datagrams, testing::ValuesIn(all_engines()), name_of);

TEST_P(contract_datagrams, one_is_sent_whole_and_tells_where_it_comes_from) {
    auto const a = datagrams();
    auto const b = datagrams();
    EXPECT_EQ(send_to(a, "question", address(b)), 8);
    auto const question = receive_from(b);
    EXPECT_EQ(question.text, "question");
    EXPECT_EQ(question.from, address(a));
    EXPECT_FALSE(question.truncated);
    EXPECT_EQ(send_to(b, "answer", question.from), 6);
    EXPECT_EQ(receive_from(a).text, "answer");
    close(a);
    close(b);
}

TEST_P(contract_datagrams, they_keep_their_bounds_and_their_order) {
    auto const a = datagrams();
    auto const b = datagrams();
    for (auto const text : {"one"sv, ""sv, "three"sv}) EXPECT_EQ(send_to(a, text, address(b)), std::ssize(text));
    EXPECT_EQ(receive_from(b).text, "one");
    auto const empty = receive_from(b);
    EXPECT_EQ(empty.text, "");
    EXPECT_EQ(empty.from, address(a));
    EXPECT_EQ(receive_from(b).text, "three");
    close(a);
    close(b);
}

TEST_P(contract_datagrams, one_longer_than_the_buffer_is_cut_and_says_so) {
    auto const a = datagrams();
    auto const b = datagrams();
    send_to(a, "abcdef", address(b));
    send_to(a, "next", address(b));
    auto const cut = receive_from(b, 3);
    EXPECT_EQ(cut.text, "abc");
    EXPECT_TRUE(cut.truncated);
    auto const next = receive_from(b, 0);
    EXPECT_EQ(next.text, "");
    EXPECT_TRUE(next.truncated);
    close(a);
    close(b);
}

TEST_P(contract_datagrams, a_receive_waits_and_can_be_cancelled) {
    auto const a = datagrams();
    auto const b = datagrams();
    std::array<char, 10> buffer{};
    receiving_from receive(b, buffer.data(), buffer.size());
    EXPECT_TRUE(start(receive));
    poll();
    EXPECT_FALSE(receive.done);
    engine().cancel(receive);
    EXPECT_EQ(finish(receive), -ECANCELED);
    EXPECT_TRUE(start(receive));
    poll();
    send_to(a, "x", address(b));
    EXPECT_EQ(finish(receive), 1);
    EXPECT_EQ(buffer[0], 'x');
    close(a);
    close(b);
}

TEST_P(contract_datagrams, close_ends_a_pending_receive) {
    auto const a = datagrams();
    std::array<char, 10> buffer{};
    receiving_from receive(a, buffer.data(), buffer.size());
    EXPECT_TRUE(start(receive));
    poll();
    EXPECT_EQ(close(a), 0);
    EXPECT_EQ(finish(receive), -ECANCELED);
    receiving_from late(a, buffer.data(), buffer.size());
    EXPECT_EQ(run(late), -EBADF);
    EXPECT_EQ(send_to(a, "x", socket_address::from_literal("127.0.0.1", 9)), -EBADF);
}

TEST_P(contract_datagrams, a_connected_one_needs_no_address_and_hears_nobody_else) {
    auto const a = datagrams();
    auto const b = datagrams();
    auto const stranger = datagrams();
    EXPECT_EQ(send_to(a, "x"), -EDESTADDRREQ);
    EXPECT_EQ(connect_to(a, address(b)), 0);
    socket_address peer;
    EXPECT_EQ(engine().peer_address(a, peer), 0);
    EXPECT_EQ(peer, address(b));
    EXPECT_EQ(send_to(a, "to b"), 4);
    EXPECT_EQ(receive_from(b).text, "to b");
    send_to(stranger, "to a", address(a));
    send_to(b, "from b", address(a));
    EXPECT_EQ(receive_from(a).text, "from b");
    for (auto const handle : {a, b, stranger}) close(handle);
}

TEST_P(contract_datagrams, that_nobody_is_there_is_told_at_a_later_call) {
    auto const gone = datagrams();
    auto const nowhere = address(gone);
    close(gone);
    auto const a = datagrams();
    EXPECT_EQ(connect_to(a, nowhere), 0);
    EXPECT_EQ(send_to(a, "x"), 1);
    std::array<char, 10> buffer{};
    receiving_from receive(a, buffer.data(), buffer.size());
    EXPECT_EQ(run(receive), -ECONNREFUSED);
    // Once.
    EXPECT_TRUE(start(receive));
    poll();
    EXPECT_FALSE(receive.done);
    close(a);
    finish(receive);
}

TEST_P(contract_datagrams, one_that_is_too_long_for_UDP_is_refused) {
    auto const a = datagrams();
    std::string const text(70'000, 'x');
    EXPECT_EQ(send_to(a, text, address(a)), -EMSGSIZE);
    EXPECT_EQ(send_to(a, std::string_view(text).substr(0, 60'000), address(a)), 60'000);
    EXPECT_EQ(receive_from(a, 70'000).text.size(), 60'000U);
    close(a);
}

TEST_P(contract_datagrams, IPv6_carries_them_too) {
    auto const at = socket_address::from_literal("::1", 0);
    rota::io_handle probe;
    ASSERT_EQ(engine().open_socket(rota::address_family::ipv6, probe, rota::socket_kind::datagram), 0);
    auto const there = engine().bind(probe, at) == 0;
    close(probe);
    if (!there) GTEST_SKIP() << "a machine without IPv6";
    auto const a = datagrams(at);
    auto const b = datagrams(at);
    EXPECT_EQ(send_to(a, "six", address(b)), 3);
    EXPECT_EQ(receive_from(b).from, address(a));
    close(a);
    close(b);
}

TEST_P(contract_datagrams, a_port_of_UDP_is_none_of_TCP) {
    auto const a = datagrams();
    auto const taken = address(a);
    rota::io_handle opened;
    ASSERT_EQ(engine().open_socket(rota::address_family::ipv4, opened, rota::socket_kind::datagram), 0);
    EXPECT_EQ(engine().bind(opened, taken), -EADDRINUSE);
    EXPECT_EQ(engine().listen(a, 5), -EOPNOTSUPP);
    close(opened);
    close(a);
    // Somebody else may have the number with TCP, but not ten times.
    bool both = false;
    for (int i = 0; i < 10 && !both; ++i) {
        auto const udp = datagrams();
        auto const tcp = socket();
        both = engine().bind(tcp, address(udp)) == 0;
        close(udp);
        close(tcp);
    }
    EXPECT_TRUE(both);
}

TEST_P(contract_datagrams, options_are_taken) {
    auto const a = datagrams();
    using enum rota::socket_option;
    for (auto const option : {broadcast, receive_buffer, send_buffer})
        EXPECT_EQ(engine().set_option(a, option, 100'000), 0);
    close(a);
}

TEST_P(contract_datagrams, what_finds_no_room_is_dropped_and_the_first_are_kept) {
    auto const a = datagrams();
    auto const b = datagrams();
    EXPECT_EQ(engine().set_option(b, rota::socket_option::receive_buffer, 8'192), 0);
    std::string const text(1'000, 'x');
    for (int i = 0; i < 100; ++i) EXPECT_EQ(send_to(a, text + static_cast<char>('A' + i % 26), address(b)), 1'001);
    // What is on its way arrives first.
    for (auto const deadline = engine().now() + 20ms; engine().now() < deadline;) engine().wait(deadline);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(receive_from(b, 2'000).text.back(), 'A' + i);
    int kept = 3;
    std::string buffer(2'000, '?');
    receiving_from more(b, buffer.data(), buffer.size());
    while (!start(more)) ++kept;
    auto const deadline = engine().now() + 50ms;
    while (engine().now() < deadline) {
        engine().wait(deadline);
        if (!more.done) continue;
        ++kept;
        while (!start(more)) ++kept;
    }
    EXPECT_LT(kept, 50);
    close(b);
    finish(more);
    close(a);
}

TEST_P(contract_datagrams, of_unix_sockets_are_found_by_name) {
    auto const a = datagrams(name("a"));
    auto const b = datagrams(name("b"));
    EXPECT_EQ(send_to(a, "hello", name("b")), 5);
    auto const got = receive_from(b);
    EXPECT_EQ(got.text, "hello");
    EXPECT_EQ(got.from, name("a"));
    EXPECT_EQ(send_to(a, "", name("b")), 0);
    EXPECT_EQ(receive_from(b).text, "");
    EXPECT_EQ(send_to(a, "x", name("nobody")), -ECONNREFUSED);
    EXPECT_EQ(send_to(a, "x", socket_address::from_path("/no/such/folder/x")), -ENOENT);
    rota::io_handle nameless;
    ASSERT_EQ(engine().open_socket(rota::address_family::unix_path, nameless, rota::socket_kind::datagram), 0);
    EXPECT_EQ(send_to(nameless, "who", name("b")), 3);
    EXPECT_EQ(receive_from(b).from.family(), rota::address_family::unspecified);
    for (auto const handle : {a, b, nameless}) close(handle);
}

TEST_P(contract_datagrams, of_unix_sockets_wait_where_the_peers_queue_is_full) {
    auto const b = datagrams(name("full"));
    auto const a = datagrams(name("sender"));
    int sent = 0;
    while (sent < 10'000 && send_to(a, "x", name("full")) == 1) ++sent;
    EXPECT_LT(sent, 10'000);
    EXPECT_EQ(send_to(a, "x", name("full")), -EAGAIN);
    // Connected, it is told when there is room.
    EXPECT_EQ(connect_to(a, name("full")), 0);
    sending_to last(a, "last", std::size_t{4}, socket_address());
    EXPECT_TRUE(start(last));
    poll();
    EXPECT_FALSE(last.done);
    for (int i = 0; i < sent; ++i) EXPECT_EQ(receive_from(b).text, "x");
    EXPECT_EQ(finish(last), 4);
    EXPECT_EQ(receive_from(b).text, "last");
    close(a);
    close(b);
}

TEST_P(contract_datagrams, of_unix_sockets_are_cut_where_they_are_longer_than_the_buffer_and_say_so) {
    auto const a = datagrams(name("cutter"));
    auto const b = datagrams(name("cut"));
    std::string const large(100'000, 'l');
    for (auto const text : {"abcdef"sv, "abcdef"sv, std::string_view(large)})
        EXPECT_EQ(send_to(a, text, name("cut")), static_cast<std::int32_t>(text.size()));
    auto const cut = receive_from(b, 3);
    EXPECT_EQ(cut.text, "abc");
    EXPECT_TRUE(cut.truncated);
    auto const whole = receive_from(b, 6);
    EXPECT_EQ(whole.text, "abcdef");
    EXPECT_FALSE(whole.truncated);
    auto const part = receive_from(b, 70'000);
    EXPECT_EQ(part.text.size(), 70'000U);
    EXPECT_TRUE(part.truncated);
    EXPECT_EQ(part.from, name("cutter"));
    close(a);
    close(b);
}

TEST_P(contract_datagrams, room_to_send_is_told_of_while_one_receives) {
    auto const b = datagrams(name("crowded"));
    auto const a = datagrams(name("both"));
    EXPECT_EQ(connect_to(a, name("crowded")), 0);
    std::string buffer(100, '?');
    receiving_from answer(a, buffer.data(), buffer.size());
    EXPECT_TRUE(start(answer));
    poll();
    int sent = 0;
    bool waits = false;
    for (int round = 0; round < 2; ++round) {
        sending_to last(a, "x", std::size_t{1}, socket_address());
        while (sent < 10'000 && !(waits = start(last))) ++sent;
        ASSERT_TRUE(waits);
        for (; sent > 0; --sent) EXPECT_EQ(receive_from(b).text, "x");
        EXPECT_EQ(finish(last), 1);
        sent = 1;
    }
    EXPECT_FALSE(answer.done);
    EXPECT_EQ(send_to(b, "answer", name("both")), 6);
    EXPECT_EQ(finish(answer), 6);
    close(a);
    close(b);
}

TEST_P(contract_datagrams, a_name_behind_a_NUL_goes_with_its_socket) {
    auto const a = datagrams(name("again"));
    rota::io_handle second;
    ASSERT_EQ(engine().open_socket(rota::address_family::unix_path, second, rota::socket_kind::datagram), 0);
    EXPECT_EQ(engine().bind(second, name("again")), -EADDRINUSE);
    close(a);
    EXPECT_EQ(engine().bind(second, name("again")), 0);
    close(second);
}

}  // namespace
