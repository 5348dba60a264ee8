#include "simulated_kit.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

namespace {

using namespace simulated_kit;
using rota::socket_address;

TEST(simulated_network, a_seed_cuts_what_is_sent_and_received_into_pieces) {
    for (bool const seeded : {false, true}) {
        std::set<std::int32_t> sizes;
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            world w(seeded ? seed : 0);
            auto const [client, server] = w.connect(w.listener());
            std::string const text = pattern(1'000);
            std::int32_t const sent = w.send(client, text);
            sizes.insert(sent);
            w.send_all(client, std::string_view(text).substr(static_cast<std::size_t>(sent)));
            std::string const first = w.receive(server);
            sizes.insert(static_cast<std::int32_t>(first.size()));
            EXPECT_EQ(first + w.receive_all(server, text.size() - first.size()), text);
        }
        if (seeded)
            EXPECT_GT(sizes.size(), 5u);
        else
            EXPECT_EQ(sizes, std::set<std::int32_t>{1'000});
    }
}

TEST(simulated_network, a_seeds_latency_passes_in_virtual_time) {
    std::set<rota::clock::duration> took;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        world w(seed);
        auto const start = w->now();
        w.connect(w.listener());
        took.insert(w->now() - start);
        EXPECT_LE(w->now() - start, 20ms);
    }
    EXPECT_GT(took.size(), 10u);
}

TEST(simulated_network, more_than_the_backlog_wait_until_somebody_accepts) {
    for (std::uint64_t const seed : {0u, 1u, 2u}) {
        world w(seed);
        rota::io_handle const listener = w.listener("127.0.0.1", 1);
        std::vector<std::unique_ptr<connecting>> connects;
        for (int i = 0; i < 5; ++i)
            w.start(*connects.emplace_back(std::make_unique<connecting>(w.socket(), w.address(listener))));
        w.settle();
        auto const connected = [&] {
            return std::count_if(connects.begin(), connects.end(), [](auto const& op) { return op->done; });
        };
        EXPECT_EQ(connected(), 2) << "Linux keeps one more than asked for";
        accepting accept(listener);
        EXPECT_EQ(w.run(accept), 0);
        w.settle();
        EXPECT_EQ(connected(), 3);
        w->close(listener);
        w.settle();
        EXPECT_EQ(connected(), 5);
        EXPECT_EQ(std::count_if(connects.begin(), connects.end(), [](auto const& op) { return op->result() == 0; }), 3);
        EXPECT_EQ(std::count_if(connects.begin(), connects.end(),
                                [](auto const& op) { return op->result() == -ECONNREFUSED; }),
                  2);
        EXPECT_EQ(w->pending(), 0u);
    }
}

TEST(simulated_network, a_cancelled_connect_in_front_of_a_full_backlog_leaves) {
    world w(0);
    rota::io_handle const listener = w.listener("127.0.0.1", 0);
    connecting inside(w.socket(), w.address(listener));
    connecting outside(w.socket(), w.address(listener));
    EXPECT_EQ(w.run(inside), 0);
    w.start(outside);
    w.settle();
    EXPECT_FALSE(outside.done);
    w->cancel(outside);
    EXPECT_EQ(w.finish(outside), -ECANCELED);
    accepting accept(listener);
    EXPECT_EQ(w.run(accept), 0);
    EXPECT_EQ(accept.peer, w.address(inside.handle()));
}

TEST(simulated_network, a_decided_operation_keeps_its_result_when_a_cancel_comes_late) {
    // With a seed some results are decided a little before they are seen. In the end every byte is somewhere.
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        world w(seed);
        auto const [client, server] = w.connect(w.listener());
        char room[8]{};
        receiving receive(server, room, sizeof room);
        w.start(receive);
        w.send_all(client, "y");
        // In steps shorter than the time between the two.
        for (int step = 0; step < 500 && room[0] == 0; ++step) w->wait(w->now() + 20us);
        bool const taken = room[0] != 0;
        bool const seen = receive.done;
        if (!receive.done) w->cancel(receive);
        std::int32_t const result = w.finish(receive);
        if (taken && !seen) ++late;
        ASSERT_EQ(result, taken ? 1 : -ECANCELED);
        if (!taken) {
            ASSERT_EQ(w.receive(server), "y");
        }
    }
    EXPECT_GT(late, 0);
}

TEST(simulated_network, receives_of_one_handle_complete_in_their_order_under_any_seed) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        world w(seed);
        auto const [client, server] = w.connect(w.listener());
        std::vector<int> order;
        std::string room(5, '?');
        std::vector<std::unique_ptr<receiving>> receives;
        for (std::size_t i = 0; i < room.size(); ++i) {
            receives.push_back(std::make_unique<receiving>(server, room.data() + i, 1u));
            receives.back()->name = static_cast<int>(i);
            receives.back()->order = &order;
            w.start(*receives.back());
        }
        w.send_all(client, "01234");
        w.settle();
        ASSERT_EQ(room, "01234");
        ASSERT_EQ(order, (std::vector{0, 1, 2, 3, 4})) << "seed " << seed;
    }
}

TEST(simulated_network, a_close_lets_what_is_decided_already_come_first) {
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        world w(seed);
        auto const [client, server] = w.connect(w.listener());
        char room[8]{};
        receiving receive(server, room, sizeof room);
        closing close(server);
        w.start(receive);
        w.send_all(client, "y");
        for (int step = 0; step < 500 && room[0] == 0; ++step) w->wait(w->now() + 20us);
        if (room[0] != 0 && !receive.done) ++late;
        w.start(close);
        ASSERT_EQ(w.finish(close), 0);
        ASSERT_TRUE(receive.done);
        ASSERT_EQ(receive.result(), room[0] != 0 ? 1 : -ECANCELED);
    }
    EXPECT_GT(late, 0);
}

TEST(simulated_network, nowhere_but_loopback_can_be_reached) {
    world w(0);
    connecting connect(w.socket(), socket_address::from_literal("192.0.2.1", 80));
    EXPECT_EQ(w.run(connect), -ENETUNREACH);
}

TEST(simulated_network, ports_come_back_when_their_sockets_are_closed) {
    world w(0);
    rota::io_handle const listener = w.listener();
    // More than there are ports to connect from.
    for (int i = 0; i < 30'000; ++i) {
        rota::io_handle const client = w.socket();
        connecting connect(client, w.address(listener));
        accepting accept(listener);
        w.start(connect);
        w.start(accept);
        ASSERT_EQ(w.finish(connect), 0);
        ASSERT_EQ(w.finish(accept), 0);
        w->close(client);
        w->close(accept.accepted);
    }
}

TEST(simulated_network, a_thousand_connections_talk_at_once_and_nothing_is_left) {
    world w(11);
    rota::io_handle const listener = w.listener("127.0.0.1", 2'000);
    struct talk {
        talk(world& in, rota::io_handle listener) : connect(in.socket(), in.address(listener)), accept(listener) {}
        connecting connect;
        accepting accept;
    };
    std::vector<std::unique_ptr<talk>> talks;
    for (int i = 0; i < 1'000; ++i) {
        talks.push_back(std::make_unique<talk>(w, listener));
        w.start(talks.back()->connect);
        w.start(talks.back()->accept);
    }
    w.settle();
    for (auto const& one : talks) {
        ASSERT_EQ(one->connect.result(), 0);
        ASSERT_EQ(one->accept.result(), 0);
        w.send_all(one->connect.handle(), "hello");
    }
    for (auto const& one : talks) {
        ASSERT_EQ(w.receive_all(one->accept.accepted, 5), "hello");
        w->close(one->connect.handle());
        w->close(one->accept.accepted);
    }
    w.settle();
    EXPECT_EQ(w->pending(), 0u);
}

}  // namespace
