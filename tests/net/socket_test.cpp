// Sockets as the kernel has them, on every engine.
#include <rota/net/socket.hpp>

#include "net/net_kit.hpp"
#include "net/unix_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>

#include <array>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace net_kit;
using rota::address_family;
using rota::coro;
using rota::socket_address;
using rota::socket_kind;

class Socket : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, Socket, testing::ValuesIn(all_engines()), name_of);

rota::socket listening(int backlog = 10) {
    rota::socket made(address_family::ipv4);
    made.bind(socket_address::from_literal("127.0.0.1", 0));
    made.listen(backlog);
    return made;
}
struct connected_pair {
    rota::socket client;
    rota::socket server;
};
coro<connected_pair> connected() {
    auto on = listening();
    rota::socket client(address_family::ipv4);
    auto const to = on.local_address();
    co_await client.connect(to);
    auto server = co_await on.accept();
    connected_pair made{std::move(client), std::move(server)};
    co_return made;
}

TEST_P(Socket, ConnectsAcceptsAndCarriesBytes) {
    run([]() -> coro<> {
        auto pair = co_await connected();
        EXPECT_EQ(pair.server.peer_address(), pair.client.local_address());
        EXPECT_EQ(pair.server.kind(), socket_kind::stream);
        EXPECT_EQ(pair.server.family(), address_family::ipv4);
        EXPECT_EQ(co_await pair.client.sendall("question"), 8U);
        std::string got;
        while (got.size() < 8) got += co_await pair.server.recv(100);
        EXPECT_EQ(got, "question");
        co_await pair.server.sendall("x");
        std::array<char, 10> room{};
        EXPECT_EQ(co_await pair.client.recv_into(room), 1U);
        EXPECT_EQ(room[0], 'x');
        EXPECT_EQ(co_await pair.client.recv(0), "");
        co_await pair.server.close();
        EXPECT_EQ(co_await pair.client.recv(100), "");
    });
}

TEST_P(Socket, SendallSendsAllHoweverSlowlyItIsRead) {
    run([]() -> coro<> {
        auto pair = co_await connected();
        auto const bytes = pattern(5'000'000);
        auto send = [&]() -> coro<> {
            EXPECT_EQ(co_await pair.client.sendall(bytes), bytes.size());
            co_await pair.client.close();
        };
        auto const sending = rota::create_task(send());
        std::string got;
        while (true) {
            auto const piece = co_await pair.server.recv(100'000);
            if (piece.empty()) break;
            got += piece;
        }
        co_await sending;
        EXPECT_TRUE(got == bytes);
    });
}

TEST_P(Socket, OfDatagramsTellsWhoSentThemAndWhatWasCut) {
    run([]() -> coro<> {
        rota::socket a(address_family::ipv4, socket_kind::datagram);
        rota::socket b(address_family::ipv4, socket_kind::datagram);
        for (auto* each : {&a, &b}) each->bind(socket_address::from_literal("127.0.0.1", 0));
        EXPECT_EQ(co_await a.sendto("abcdef", b.local_address()), 6U);
        co_await a.sendto("abcdef", b.local_address());
        co_await a.sendto("abcdef", b.local_address());
        auto const cut = co_await b.recvfrom(3);
        EXPECT_EQ(cut.data, "abc");
        EXPECT_EQ(cut.from, a.local_address());
        EXPECT_TRUE(cut.truncated);
        std::array<char, 10> room{};
        auto const whole = co_await b.recvfrom_into(room);
        EXPECT_EQ(whole.size, 6U);
        EXPECT_FALSE(whole.truncated);
        EXPECT_EQ(co_await b.recv(2), "ab");
        co_await b.connect(a.local_address());
        co_await b.sendall("back");
        EXPECT_EQ(co_await a.recv(10), "back");
    });
}

TEST_P(Socket, AcceptCancelledTakesNoConnection) {
    run([]() -> coro<> {
        auto on = listening();
        auto accept = [&]() -> coro<> {
            auto got = co_await on.accept();
            co_await got.sendall("hello");
        };
        for (int turns = 0; turns < 5; ++turns) {
            auto const accepting = rota::create_task(accept());
            for (int i = 0; i < turns; ++i) co_await rota::yield();
            accepting.cancel();
            while (!accepting.done()) co_await rota::sleep(1ms);
            EXPECT_TRUE(accepting.cancelled());
        }
        rota::socket client(address_family::ipv4);
        co_await client.connect(on.local_address());
        co_await accept();
        EXPECT_EQ((co_await client.recv(1)).size(), 1U);
    });
}

TEST_P(Socket, ClosedUnderItsCallsGivesThemErrors) {
    run([]() -> coro<> {
        auto on = listening();
        auto pair = co_await connected();
        auto const accepting = rota::create_task(what_of<rota::system_error>(on.accept()));
        auto const receiving = rota::create_task(what_of<rota::system_error>(pair.client.recv(1)));
        std::string const much(50'000'000, 'x');
        auto const sending = rota::create_task(what_of<rota::system_error>(pair.client.sendall(much)));
        co_await rota::sleep(20ms);
        co_await on.close();
        co_await pair.client.close();
        EXPECT_EQ(co_await accepting, "accept at a closed socket: Bad file descriptor");
        EXPECT_EQ(co_await receiving, "receive from a closed socket: Bad file descriptor");
        EXPECT_EQ(co_await sending, "send to a closed socket: Bad file descriptor");
    });
}

TEST_P(Socket, ATimeOutEndsAReceiveAndLosesNothing) {
    run([]() -> coro<> {
        auto pair = co_await connected();
        co_await what_of<rota::timeout_error>(rota::wait_for(pair.server.recv(10), 20ms));
        co_await pair.client.sendall("x");
        EXPECT_EQ(co_await rota::wait_for(pair.server.recv(10), 10s), "x");
    });
}

TEST_P(Socket, ErrorsNameTheCallAndThePeer) {
    run([]() -> coro<> {
        auto on = listening();
        auto const to = on.local_address();
        co_await on.close();
        rota::socket client(address_family::ipv4);
        EXPECT_EQ(co_await what_of<rota::system_error>(client.connect(to)),
                  "connect " + to.to_string() + ": Connection refused");
        rota::socket taken(address_family::ipv4);
        auto const busy = listening();
        try {
            taken.bind(busy.local_address());
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::system_error const& error) {
            EXPECT_EQ(std::string(error.what()),
                      "bind " + busy.local_address().to_string() + ": Address already in use");
        }
        rota::socket empty;
        EXPECT_FALSE(empty);
        EXPECT_THROW(empty.listen(), rota::usage_error);
        co_await what_of<rota::usage_error>(empty.recv(1));
    });
}

TEST_P(Socket, AConnectedOneBecomesAStream) {
    run([]() -> coro<> {
        auto pair = co_await connected();
        auto stream = rota::connect_accepted_socket(std::move(pair.server));
        co_await pair.client.sendall("a line\nmore");
        EXPECT_EQ(co_await stream.read_line(), "a line\n");
        EXPECT_EQ(stream.peer_address(), pair.client.local_address());
        co_await stream.close();
        rota::socket fresh(address_family::ipv4);
        EXPECT_THROW((void)rota::connect_accepted_socket(std::move(fresh)), rota::system_error);
    });
}

TEST_P(Socket, OfALoopThatHasGoneClosesNothingOfTheNext) {
    rota::socket kept;
    run([&]() -> coro<> {
        kept = listening();
        co_return;
    });
    run([&]() -> coro<> {
        auto pair = co_await connected();
        kept = rota::socket();
        co_await pair.client.sendall("x");
        EXPECT_EQ(co_await pair.server.recv(10), "x");
    });
}

}  // namespace
