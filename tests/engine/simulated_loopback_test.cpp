#include "simulated_kit.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ostream>
#include <sstream>

namespace {

using namespace simulated_kit;
using rota::address_family;
using rota::engine_kind;
using rota::socket_address;
using rota::socket_option;

std::string error(int number) { return "error " + std::to_string(number); }

struct played_by {
    engine_kind kind;
    std::uint64_t seed;

    friend std::ostream& operator<<(std::ostream& out, played_by const& player) {
        if (player.kind == engine_kind::epoll) return out << "linux";
        return out << "seed" << player.seed;
    }
};

/// The simulated network claims to answer as Linux does: so Linux itself, by way of epoll, takes the same tests.
class loopback : public testing::TestWithParam<played_by> {
protected:
    world w{GetParam().kind, GetParam().seed};

    /// Sends until it fails, as what tells that the other side has gone may be under way still.
    std::int32_t send_until_it_fails(rota::io_handle to) {
        for (int tries = 0; tries < 1'000; ++tries) {
            if (std::int32_t const sent = w.send(to, "x"); sent < 0) return sent;
            w->wait(w->now() + 1ms);
        }
        return 0;
    }
};

INSTANTIATE_TEST_SUITE_P(simulated, loopback,
                         testing::Values(played_by{engine_kind::simulated, 0}, played_by{engine_kind::simulated, 1},
                                         played_by{engine_kind::simulated, 2}, played_by{engine_kind::simulated, 3},
                                         played_by{engine_kind::epoll, 0}),
                         [](auto const& tested) {
                             std::ostringstream name;
                             name << tested.param;
                             return name.str();
                         });

TEST_P(loopback, bytes_go_both_ways_in_order) {
    auto const [client, server] = w.connect(w.listener());
    std::string const there = pattern(40'000);
    w.send_all(client, there);
    EXPECT_EQ(w.receive_all(server, there.size()), there);
    w.send_all(server, "and back");
    EXPECT_EQ(w.receive_all(client, 8), "and back");
}

TEST_P(loopback, both_ends_know_their_addresses) {
    rota::io_handle const listener = w.listener();
    connecting connect(w.socket(), w.address(listener));
    accepting accept(listener);
    w.start(connect);
    w.start(accept);
    ASSERT_EQ(w.finish(connect), 0);
    ASSERT_EQ(w.finish(accept), 0);
    EXPECT_EQ(accept.peer, w.address(connect.handle()));
    EXPECT_EQ(accept.peer.host(), "127.0.0.1");
    EXPECT_NE(accept.peer.port(), 0);
    EXPECT_EQ(w.address(accept.accepted), w.address(listener));
    socket_address peer;
    EXPECT_EQ(w->peer_address(connect.handle(), peer), 0);
    EXPECT_EQ(peer, w.address(listener));
    EXPECT_EQ(w->peer_address(listener, peer), -ENOTCONN);
}

TEST_P(loopback, nobody_listening_refuses) {
    rota::io_handle const listener = w.listener();
    socket_address const gone = w.address(listener);
    EXPECT_EQ(w.close(listener), 0);
    connecting connect(w.socket(), gone);
    EXPECT_EQ(w.run(connect), -ECONNREFUSED);
}

TEST_P(loopback, ipv6_listens_and_takes_ipv4_where_it_is_not_told_otherwise) {
    rota::io_handle const both = w.listener("::");
    connecting connect(w.socket(), socket_address::from_literal("127.0.0.1", w.address(both).port()));
    accepting accept(both);
    w.start(connect);
    w.start(accept);
    EXPECT_EQ(w.finish(connect), 0);
    EXPECT_EQ(w.finish(accept), 0);
    EXPECT_EQ(accept.peer.family(), address_family::ipv6);

    rota::io_handle const only = w.socket(address_family::ipv6);
    EXPECT_EQ(w->set_option(only, socket_option::ipv6_only, 1), 0);
    EXPECT_EQ(w->bind(only, socket_address::from_literal("::1", 0)), 0);
    EXPECT_EQ(w->listen(only, 5), 0);
    connecting refused(w.socket(), socket_address::from_literal("127.0.0.1", w.address(only).port()));
    EXPECT_EQ(w.run(refused), -ECONNREFUSED);
    connecting taken(w.socket(address_family::ipv6), w.address(only));
    EXPECT_EQ(w.run(taken), 0);
}

TEST_P(loopback, bind_answers_as_linux_does) {
    rota::io_handle const listener = w.listener();
    socket_address const taken = w.address(listener);
    rota::io_handle const second = w.socket();
    EXPECT_EQ(w->bind(second, taken), -EADDRINUSE);
    EXPECT_EQ(w->bind(second, socket_address::from_literal("0.0.0.0", taken.port())), -EADDRINUSE);
    EXPECT_EQ(w->bind(second, socket_address::from_literal("192.0.2.1", 0)), -EADDRNOTAVAIL);
    EXPECT_EQ(w->bind(second, socket_address::from_literal("::1", 0)), -EAFNOSUPPORT);
    EXPECT_EQ(w->bind(second, socket_address::from_literal("127.0.0.2", taken.port())), 0);
    EXPECT_EQ(w->bind(second, socket_address::from_literal("127.0.0.1", 0)), -EINVAL) << "bound already";
    rota::io_handle const sixth = w.socket(address_family::ipv6);
    EXPECT_EQ(w->bind(sixth, taken), -EINVAL);
}

TEST_P(loopback, reuse_address_takes_over_a_port_whose_listener_has_gone) {
    rota::io_handle const listener = w.socket();
    EXPECT_EQ(w->set_option(listener, socket_option::reuse_address, 1), 0);
    EXPECT_EQ(w->bind(listener, socket_address::from_literal("127.0.0.1", 0)), 0);
    EXPECT_EQ(w->listen(listener, 5), 0);
    socket_address const place = w.address(listener);
    w.connect(listener);

    rota::io_handle const eager = w.socket();
    EXPECT_EQ(w->set_option(eager, socket_option::reuse_address, 1), 0);
    EXPECT_EQ(w->bind(eager, place), -EADDRINUSE) << "while it listens";
    EXPECT_EQ(w.close(listener), 0);
    rota::io_handle const plain = w.socket();
    EXPECT_EQ(w->bind(plain, place), -EADDRINUSE) << "an accepted connection holds the port";
    EXPECT_EQ(w->bind(eager, place), 0);
    EXPECT_EQ(w->listen(eager, 5), 0);
}

TEST_P(loopback, an_end_is_read_after_the_data_and_again) {
    auto const [client, server] = w.connect(w.listener());
    w.send_all(client, "last words");
    EXPECT_EQ(w.close(client), 0);
    EXPECT_EQ(w.receive_all(server, 100), "last words");
    EXPECT_EQ(w.receive(server), "");
}

TEST_P(loopback, half_closed_the_other_half_still_works) {
    auto const [client, server] = w.connect(w.listener());
    w.send_all(client, "question");
    EXPECT_EQ(w.shutdown(client, side::send), 0);
    EXPECT_EQ(w.shutdown(client, side::send), 0) << "twice is no harm";
    EXPECT_EQ(w.send(client, "more"), -EPIPE);
    EXPECT_EQ(w.receive_all(server, 100), "question");
    w.send_all(server, "answer");
    EXPECT_EQ(w.close(server), 0);
    EXPECT_EQ(w.receive_all(client, 100), "answer");
    EXPECT_EQ(w.shutdown(client, side::both), -ENOTCONN) << "both sides have ended";
}

TEST_P(loopback, the_receiving_side_shut_reads_the_end) {
    auto const [client, server] = w.connect(w.listener());
    EXPECT_EQ(w.shutdown(client, side::receive), 0);
    EXPECT_EQ(w.receive(client), "");
    w.send_all(client, "still sends");
    EXPECT_EQ(w.receive_all(server, 11), "still sends");
}

TEST_P(loopback, sending_to_who_closed_ends_in_a_broken_pipe) {
    auto const [client, server] = w.connect(w.listener());
    EXPECT_EQ(w.close(server), 0);
    EXPECT_EQ(w.receive(client), "");
    EXPECT_GT(w.send(client, "nobody knows yet"), 0) << "the first one succeeds";
    EXPECT_EQ(send_until_it_fails(client), -EPIPE);
    EXPECT_EQ(w.send(client, "x"), -EPIPE);
    EXPECT_EQ(w.receive(client), "") << "an end stays an end";
}

TEST_P(loopback, closing_with_unread_data_resets) {
    auto const [client, server] = w.connect(w.listener());
    w.send_all(server, "goodbye");
    w.send_all(client, "never read");
    EXPECT_EQ(w.receive(server, 1).size(), 1u) << "so the rest has come too, or comes after the close";
    EXPECT_EQ(w.close(server), 0);
    std::string got;
    std::string part;
    while (!(part = w.receive(client)).empty() && part.substr(0, 5) != "error") got += part;
    EXPECT_EQ(got, "goodbye") << "what had come before the reset is read";
    EXPECT_EQ(part, error(ECONNRESET));
    EXPECT_EQ(w.receive(client), "") << "the error is told once";
    EXPECT_EQ(send_until_it_fails(client), -EPIPE);
}

TEST_P(loopback, sending_tells_a_reset_that_nobody_was_told_of) {
    auto const [client, server] = w.connect(w.listener());
    w.send_all(client, "never read");
    // All of it has come, so that the close must reset.
    std::string first = w.receive(server, 9);
    while (first.size() < 9) first += w.receive(server, 9 - first.size());
    while (w->wait(w->now() + 20ms) == rota::wait_outcome::events) {}
    EXPECT_EQ(w.close(server), 0);
    EXPECT_EQ(send_until_it_fails(client), -ECONNRESET);
    EXPECT_EQ(w.send(client, "x"), -EPIPE);
    socket_address peer;
    EXPECT_EQ(w->peer_address(client, peer), -ENOTCONN);
    EXPECT_EQ(w.shutdown(client, side::both), -ENOTCONN);
}

TEST_P(loopback, what_a_closed_listener_had_not_accepted_is_reset) {
    rota::io_handle const listener = w.listener();
    connecting connect(w.socket(), w.address(listener));
    EXPECT_EQ(w.run(connect), 0) << "the backlog takes it";
    EXPECT_EQ(w.close(listener), 0);
    EXPECT_EQ(w.receive(connect.handle()), error(ECONNRESET));
}

TEST_P(loopback, a_connection_is_there_before_it_is_accepted) {
    rota::io_handle const listener = w.listener();
    connecting connect(w.socket(), w.address(listener));
    EXPECT_EQ(w.run(connect), 0);
    w.send_all(connect.handle(), "early");
    accepting accept(listener);
    EXPECT_EQ(w.run(accept), 0);
    EXPECT_EQ(w.receive_all(accept.accepted, 5), "early");
}

TEST_P(loopback, what_is_not_connected_says_so) {
    rota::io_handle const fresh = w.socket();
    socket_address peer;
    EXPECT_EQ(w.address(fresh).to_string(), "0.0.0.0:0");
    EXPECT_EQ(w->peer_address(fresh, peer), -ENOTCONN);
    EXPECT_EQ(w.receive(fresh), error(ENOTCONN));
    EXPECT_EQ(w.send(fresh, "x"), -EPIPE);
    EXPECT_EQ(w.shutdown(fresh, side::both), -ENOTCONN);
    accepting accept(fresh);
    EXPECT_EQ(w.run(accept), -EINVAL);
    rota::io_handle const listener = w.listener();
    EXPECT_EQ(w.receive(listener), error(ENOTCONN));
    EXPECT_EQ(w.send(listener, "x"), -EPIPE);
}

TEST_P(loopback, connecting_twice_or_a_listener_is_an_error) {
    rota::io_handle const listener = w.listener();
    auto const [client, server] = w.connect(listener);
    // Not the client's: a non-blocking socket of Linux's takes one more connect for a question after the first.
    for (rota::io_handle const handle : {server, listener}) {
        connecting again(handle, w.address(listener));
        EXPECT_EQ(w.run(again), -EISCONN);
    }
    EXPECT_EQ(w->listen(client, 5), -EINVAL);
    EXPECT_EQ(w->bind(client, socket_address::from_literal("127.0.0.1", 0)), -EINVAL);
}

TEST_P(loopback, connect_minds_the_family) {
    rota::io_handle const listener = w.listener();
    connecting sixth(w.socket(address_family::ipv6), w.address(listener));
    EXPECT_EQ(w.run(sixth), -EINVAL);
    connecting fourth(w.socket(), socket_address::from_literal("::1", 80));
    EXPECT_EQ(w.run(fourth), -EAFNOSUPPORT);
    connecting none(w.socket(), socket_address{});
    EXPECT_EQ(w.run(none), -EINVAL);
}

TEST_P(loopback, shutting_a_listener_ends_its_accepts) {
    rota::io_handle const listener = w.listener();
    accepting accept(listener);
    w.start(accept);
    EXPECT_EQ(w.shutdown(listener, side::both), 0);
    EXPECT_EQ(w.finish(accept), -EINVAL);
    connecting connect(w.socket(), w.address(listener));
    EXPECT_EQ(w.run(connect), -ECONNREFUSED);
}

TEST_P(loopback, a_closed_handle_is_stale_also_when_its_slot_is_used_again) {
    rota::io_handle const listener = w.listener();
    auto const [client, server] = w.connect(listener);
    EXPECT_EQ(w.close(client), 0);
    rota::io_handle const next = w.socket();
    EXPECT_NE(next, client);
    EXPECT_EQ(w.receive(client), error(EBADF));
    EXPECT_EQ(w.send(client, "x"), -EBADF);
    EXPECT_EQ(w.close(client), -EBADF);
    socket_address address;
    EXPECT_EQ(w->local_address(client, address), -EBADF);
    EXPECT_EQ(w->local_address(next, address), 0);
}

TEST_P(loopback, closing_cancels_what_is_pending_and_completes_last) {
    rota::io_handle const listener = w.listener();
    auto const [client, server] = w.connect(listener);
    std::vector<int> order;
    char room[4];
    receiving receive(client, room, sizeof room);
    accepting first(listener);
    accepting second(listener);
    closing close_client(client);
    closing close_listener(listener);
    int name = 0;
    auto const follow = [&](auto& op) {
        op.name = ++name;
        op.order = &order;
        w.start(op);
    };
    follow(receive), follow(first), follow(second), follow(close_client), follow(close_listener);
    w->cancel(close_client);
    for (closing* op : {&close_client, &close_listener}) EXPECT_EQ(w.finish(*op), 0) << "a close is not cancelled";
    EXPECT_EQ(receive.result(), -ECANCELED);
    EXPECT_EQ(first.result(), -ECANCELED);
    EXPECT_EQ(second.result(), -ECANCELED);
    auto const at = [&](int wanted) { return std::find(order.begin(), order.end(), wanted) - order.begin(); };
    EXPECT_LT(at(1), at(4));
    EXPECT_LT(at(2), at(5));
    EXPECT_LT(at(3), at(5));
    EXPECT_EQ(w.receive(server), "");
    EXPECT_EQ(w->pending(), 0u);
}

TEST_P(loopback, a_cancelled_receive_leaves_the_bytes_or_brings_them) {
    auto const [client, server] = w.connect(w.listener());
    std::string const text = pattern(2'000);
    std::string got;
    char room[100];
    w.send_all(client, text);
    while (got.size() < text.size()) {
        receiving receive(server, room, sizeof room);
        w.start(receive);
        if (got.size() % 3 != 0) w->wait(w->now());
        w->cancel(receive);
        std::int32_t const result = w.finish(receive);
        if (result == -ECANCELED) {
            got += w.receive(server, 1);
        } else {
            ASSERT_GT(result, 0);
            got.append(room, static_cast<std::size_t>(result));
        }
    }
    EXPECT_EQ(got, text);
}

TEST_P(loopback, a_writer_waits_for_a_reader_who_does_not_read) {
    auto const [client, server] = w.connect(w.listener());
    std::string const chunk = pattern(60'000);
    std::string sent;
    // Real sockets grow their buffers to some megabytes.
    sending stuck(client, chunk.data(), chunk.size());
    for (;;) {
        w.start(stuck);
        auto const patience = w->now() + 100ms;
        while (!stuck.done && w->wait(patience) == rota::wait_outcome::events) {}
        if (!stuck.done) break;
        ASSERT_GT(stuck.result(), 0);
        sent.append(chunk, 0, static_cast<std::size_t>(stuck.result()));
        stuck.done = false;
        ASSERT_LT(sent.size(), 100'000'000u);
    }
    EXPECT_EQ(w.receive_all(server, sent.size()), sent);
    EXPECT_GT(w.finish(stuck), 0);
}

TEST_P(loopback, nothing_sent_and_nothing_asked_for_is_done_at_once) {
    auto const [client, server] = w.connect(w.listener());
    sending nothing(client, nullptr, 0u);
    EXPECT_TRUE(w->submit(nothing));
    EXPECT_EQ(nothing.result(), 0);
    receiving none(server, nullptr, 0u);
    EXPECT_TRUE(w->submit(none));
    EXPECT_EQ(none.result(), 0);
    w.send_all(client, "x");
    EXPECT_EQ(w.receive(server), "x");
}

TEST_P(loopback, many_accepts_are_served_first_come_first_served) {
    rota::io_handle const listener = w.listener();
    std::array<std::unique_ptr<accepting>, 5> accepts;
    for (auto& accept : accepts) w.start(*(accept = std::make_unique<accepting>(listener)));
    for (auto& accept : accepts) {
        connecting connect(w.socket(), w.address(listener));
        ASSERT_EQ(w.run(connect), 0);
        ASSERT_EQ(w.finish(*accept), 0);
        ASSERT_EQ(accept->peer, w.address(connect.handle()));
    }
}

}  // namespace
