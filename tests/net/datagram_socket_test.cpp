// Messages over UDP and Unix sockets, on every engine.
#include <rota/net/datagram_socket.hpp>

#include "net/net_kit.hpp"
#include "net/unix_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>

#include <rota/net/getaddrinfo.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;
using rota::datagram_socket;
using rota::socket_address;

class DatagramSocket : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, DatagramSocket, testing::ValuesIn(all_engines()), name_of);

coro<datagram_socket> at_loopback(char const* host = "127.0.0.1") {
    co_return co_await rota::create_datagram_endpoint(socket_address::from_literal(host, 0));
}
coro<datagram_socket> connected_to(datagram_socket const& peer) {
    co_return co_await rota::create_datagram_endpoint(socket_address(), peer.local_address());
}
/// An address where nobody is any more.
coro<socket_address> nobody() {
    auto gone = co_await at_loopback();
    auto const at = gone.local_address();
    co_await gone.close();
    co_return at;
}
template <class A>
coro<std::error_code> error_of(A awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (rota::system_error const& error) {
        co_return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    co_return std::error_code();
}

TEST_P(DatagramSocket, AMessageComesWholeWithWhoSentIt) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        auto b = co_await at_loopback();
        EXPECT_EQ(co_await a.send_to("question", b.local_address()), 8U);
        auto const question = co_await b.receive_from();
        EXPECT_EQ(question.data, "question");
        EXPECT_EQ(question.from, a.local_address());
        EXPECT_FALSE(question.truncated);
        co_await b.send_to("", question.from);
        EXPECT_EQ(co_await a.receive(), "");
        co_await a.close();
        co_await b.close();
    });
}

TEST_P(DatagramSocket, ConnectedItSendsAndHearsItsPeerAlone) {
    run([]() -> coro<> {
        auto server = co_await at_loopback();
        auto stranger = co_await at_loopback();
        auto client = co_await connected_to(server);
        EXPECT_EQ(client.peer_address(), server.local_address());
        EXPECT_EQ(server.peer_address().family(), rota::address_family::unspecified);
        co_await stranger.send_to("who are you", client.local_address());
        co_await client.send("hello");
        auto const got = co_await server.receive_from();
        EXPECT_EQ(got.data, "hello");
        co_await server.send_to("welcome", got.from);
        EXPECT_EQ(co_await client.receive(), "welcome");
    });
}

TEST_P(DatagramSocket, APeerIsFoundByName) {
    run([]() -> coro<> {
        auto server = co_await at_loopback();
        rota::datagram_options options;
        options.local_address = socket_address::from_literal("127.0.0.1", 0);
        options.allow_broadcast = true;
        options.send_buffer = 100'000;
        auto client = co_await rota::create_datagram_endpoint("localhost", server.local_address().port(), options);
        co_await client.send("hello");
        EXPECT_EQ((co_await server.receive_from()).from, client.local_address());
        EXPECT_EQ(co_await error_of(rota::create_datagram_endpoint(client.local_address())), std::errc::address_in_use);
        co_await what_of<rota::usage_error>(rota::create_datagram_endpoint(socket_address()));
        co_await what_of<rota::name_error>(rota::create_datagram_endpoint("no.such.host.invalid", 1));
    });
}

TEST_P(DatagramSocket, WhatIsTooLongForTheReceiverIsToldCut) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        auto b = co_await at_loopback();
        for (int i = 0; i < 3; ++i) co_await a.send_to("abcdef", b.local_address());
        auto const cut = co_await b.receive_from(4);
        EXPECT_EQ(cut.data, "abcd");
        EXPECT_TRUE(cut.truncated);
        EXPECT_EQ(co_await error_of(b.receive(4)), std::errc::message_size);
        std::array<char, 4> room{};
        auto const into = co_await b.receive_into(room);
        EXPECT_EQ(std::string(room.data(), into.size), "abcd");
        EXPECT_TRUE(into.truncated);
        EXPECT_EQ(into.from, a.local_address());
        EXPECT_EQ(co_await error_of(a.send_to(std::string(70'000, 'x'), b.local_address())), std::errc::message_size);
        std::string const most(60'000, 'x');
        co_await a.send_to(most, b.local_address());
        EXPECT_EQ(co_await b.receive(), most);
    });
}

TEST_P(DatagramSocket, ThatNobodyIsThereIsToldByTheNextCall) {
    run([]() -> coro<> {
        auto const nowhere = co_await nobody();
        auto client = co_await rota::create_datagram_endpoint(socket_address(), nowhere);
        co_await client.send("anybody?");
        EXPECT_EQ(co_await what_of<rota::system_error>(client.receive()),
                  "receive from " + nowhere.to_string() + ": Connection refused");
        // Told once, and good again.
        co_await what_of<rota::timeout_error>(rota::wait_for(client.receive(), 20ms));
        // One who is not connected is told nothing.
        auto free = co_await at_loopback();
        co_await free.send_to("anybody?", nowhere);
        co_await what_of<rota::timeout_error>(rota::wait_for(free.receive(), 20ms));
    });
}

TEST_P(DatagramSocket, ACancelledReceiveLosesNoMessage) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        auto b = co_await at_loopback();
        std::vector<int> got;
        auto receive = [&]() -> coro<> {
            for (;;) got.push_back(std::stoi(co_await b.receive()));
        };
        int sent = 0;
        for (int round = 0; round < 50; ++round) {
            auto const receiving = rota::create_task(receive());
            for (int i = 0; i < round % 4; ++i) co_await a.send_to(std::to_string(sent++), b.local_address());
            for (int i = 0; i < round % 5; ++i) co_await rota::yield();
            receiving.cancel();
            while (!receiving.done()) co_await rota::sleep(1ms);
        }
        while (std::ssize(got) < sent) got.push_back(std::stoi(co_await rota::wait_for(b.receive(), 10s)));
        for (int i = 0; i < sent; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
    });
}

TEST_P(DatagramSocket, ReceivesOfSeveralTasksAreServedInTheirOrder) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        auto b = co_await at_loopback();
        std::vector<std::string> got(3);
        auto receive = [&](std::size_t place) -> coro<> { got[place] = co_await b.receive(); };
        std::vector<rota::task<>> receiving;
        for (std::size_t i = 0; i < 3; ++i) receiving.push_back(rota::create_task(receive(i)));
        co_await rota::sleep(10ms);
        for (auto const* text : {"one", "two", "three"}) co_await a.send_to(text, b.local_address());
        for (auto const& each : receiving) co_await each;
        EXPECT_EQ(got, (std::vector<std::string>{"one", "two", "three"}));
    });
}

TEST_P(DatagramSocket, ClosedUnderAReceiverItGivesAnError) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        auto const receiving = rota::create_task(what_of<rota::system_error>(a.receive()));
        co_await rota::sleep(10ms);
        co_await a.close();
        EXPECT_EQ(co_await receiving, "receive from a closed socket: Bad file descriptor");
        EXPECT_FALSE(a);
        co_await what_of<rota::system_error>(a.receive());
        co_await a.close();
        // Dropped, too.
        auto b = co_await at_loopback();
        auto const dropped = rota::create_task(what_of<rota::system_error>(b.receive()));
        co_await rota::sleep(10ms);
        b = datagram_socket();
        EXPECT_EQ(co_await dropped, "receive from a closed socket: Bad file descriptor");
        co_await what_of<rota::usage_error>(b.receive());
    });
}

TEST_P(DatagramSocket, OneThatNobodyEmptiesDropsWhatFindsNoRoom) {
    run([]() -> coro<> {
        auto a = co_await at_loopback();
        rota::datagram_options small;
        small.receive_buffer = 8'192;
        auto b = co_await rota::create_datagram_endpoint(socket_address::from_literal("127.0.0.1", 0), socket_address(),
                                                         small);
        std::string const text(1'000, 'x');
        for (int i = 0; i < 200; ++i) co_await a.send_to(text, b.local_address());
        co_await rota::sleep(20ms);
        int kept = 0;
        try {
            for (;;) {
                co_await rota::wait_for(b.receive(), 30ms);
                ++kept;
            }
        } catch (rota::timeout_error const&) {
            // The rest is lost.
        }
        EXPECT_GT(kept, 2);
        EXPECT_LT(kept, 50);
    });
}

TEST_P(DatagramSocket, OverIPv6) {
    run([]() -> coro<> {
        datagram_socket a;
        try {
            a = co_await at_loopback("::1");
        } catch (rota::system_error const&) {
            co_return;  // a machine without
        }
        auto b = co_await at_loopback("::1");
        co_await a.send_to("six", b.local_address());
        EXPECT_EQ((co_await b.receive_from()).from, a.local_address());
    });
}

TEST_P(DatagramSocket, OfAUnixPathTakesThePlaceOfWhatWasLeftThere) {
    unix_path const first;
    unix_path const second;
    run([&]() -> coro<> {
        auto const here = socket_address::from_path(first.text());
        auto a = co_await rota::create_datagram_endpoint(here);
        co_await a.close();
        a = co_await rota::create_datagram_endpoint(here);
        auto b = co_await rota::create_datagram_endpoint(socket_address::from_path(second.text()), here);
        co_await b.send("hello");
        auto const got = co_await a.receive_from();
        EXPECT_EQ(got.data, "hello");
        EXPECT_EQ(got.from.to_string(), second.text());
        co_await a.send_to("back", got.from);
        EXPECT_EQ(co_await b.receive(), "back");
        co_await a.close();
        EXPECT_EQ(co_await error_of(b.send("hello")), std::errc::connection_refused);
    });
}

TEST_P(DatagramSocket, ASenderWaitsWhileAUnixSocketsQueueIsFull) {
    run([]() -> coro<> {
        auto const named = [] { return socket_address::from_path(std::string(1, '\0') + unix_path::name()); };
        auto receiver = co_await rota::create_datagram_endpoint(named());
        for (bool const connected : {false, true}) {
            auto const peer = connected ? receiver.local_address() : socket_address();
            auto sender = co_await rota::create_datagram_endpoint(named(), peer);
            constexpr int many = 1'000'000;
            int sent = 0;
            auto send = [&]() -> coro<> {
                for (; sent < many; ++sent) {
                    if (connected)
                        co_await sender.send(std::to_string(sent));
                    else
                        co_await sender.send_to(std::to_string(sent), receiver.local_address());
                }
            };
            auto const sending = rota::create_task(send());
            co_await rota::sleep(30ms);
            EXPECT_FALSE(sending.done());
            EXPECT_LT(sent, many);
            auto const before = sent;
            for (int i = 0; i < before; ++i) EXPECT_EQ(co_await receiver.receive(), std::to_string(i));
            // What waited goes on, and can be cancelled.
            co_await rota::sleep(200ms);
            EXPECT_GT(sent, before);
            sending.cancel();
            while (!sending.done()) co_await rota::sleep(1ms);
            for (int i = before; i < sent; ++i) EXPECT_EQ(co_await receiver.receive(), std::to_string(i));
            co_await what_of<rota::timeout_error>(rota::wait_for(receiver.receive(), 20ms));
        }
    });
}

TEST(DatagramSocketSimulated, LosesDoublesAndReordersAsItIsTold) {
    rota::engine_options options(rota::engine_kind::simulated);
    options.seed = 5;
    options.datagrams.loss = 0.2;
    options.datagrams.duplication = 0.2;
    options.datagrams.reordering = 0.2;
    rota::run(rota::runner_options(options), []() -> coro<> {
        auto a = co_await at_loopback();
        auto b = co_await at_loopback();
        for (int i = 0; i < 200; ++i) co_await a.send_to(std::to_string(i), b.local_address());
        std::vector<int> times(200);
        int last = -1;
        int overtaken = 0;
        try {
            for (;;) {
                auto const number = std::stoi(co_await rota::wait_for(b.receive(), 1s));
                ++times[static_cast<std::size_t>(number)];
                if (number < last) ++overtaken;
                last = number;
            }
        } catch (rota::timeout_error const&) {
            // No more will come.
        }
        EXPECT_GT(std::count(times.begin(), times.end(), 0), 15);
        EXPECT_GT(std::count(times.begin(), times.end(), 2), 10);
        EXPECT_GT(overtaken, 10);
    });
}

}  // namespace
