// Outcomes of sockets as the kernel has them, and of datagrams.
#include "net/unix_kit.hpp"
#include "world/waiting.hpp"

#include <rota/net/datagram_socket.hpp>
#include <rota/net/socket.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <ctime>

namespace {

using namespace world_kit;
using rota::address_family;
using rota::datagram_socket;
using rota::socket;
using rota::socket_address;
using rota::socket_kind;

socket_address loopback() { return socket_address::from_literal("127.0.0.1", 0); }
socket_address unix_name() { return socket_address::from_path(std::string(1, '\0') + net_kit::unix_path::name()); }

socket listening(address_family family = address_family::ipv4, int backlog = 10) {
    socket made(family);
    made.bind(family == address_family::ipv4 ? loopback() : unix_name());
    made.listen(backlog);
    return made;
}
struct connected_pair {
    socket client;
    socket server;
};
coro<connected_pair> connected() {
    auto on = listening();
    connected_pair made{socket(address_family::ipv4), socket()};
    co_await made.client.connect(on.local_address());
    made.server = co_await on.accept();
    co_await on.close();
    co_return made;
}
/// Where nobody is.
coro<socket_address> nobody(socket_kind kind) {
    socket one(address_family::ipv4, kind);
    one.bind(loopback());
    auto const at = one.local_address();
    co_await one.close();
    co_return at;
}

/// An accept that waits for its client.
coro<> accepting(waiting_use use) {
    auto on = listening();
    auto const at = on.local_address();
    std::vector<socket> clients;
    waiting one;
    auto ask = [&]() -> coro<std::string> {
        auto got = co_await on.accept();
        co_await got.close();
        co_return "x";
    };
    auto let = [&]() -> coro<> {
        clients.emplace_back(address_family::ipv4);
        co_await clients.back().connect(at);
    };
    auto close = [&]() -> coro<> { co_await on.close(); };
    one.ask = ask;
    one.let = let;
    one.close = close;
    co_await use(one);
}

/// A connect that waits for room in the queue of a Unix server.
coro<> connecting(waiting_use use) {
    auto on = listening(address_family::unix_path, 1);
    auto const at = on.local_address();
    std::array<socket, 2> first = {socket(address_family::unix_path), socket(address_family::unix_path)};
    for (auto& each : first) co_await each.connect(at);
    socket late(address_family::unix_path);
    waiting one;
    auto ask = [&]() -> coro<std::string> {
        try {
            co_await late.connect(at);
        } catch (rota::cancelled_error const&) {
            // It is good for nothing but a close.
            late = socket(address_family::unix_path);
            throw;
        }
        late = socket(address_family::unix_path);
        co_return "x";
    };
    auto let = [&]() -> coro<> { (void)co_await on.accept(); };
    auto close = [&]() -> coro<> { co_await late.close(); };
    one.ask = ask;
    one.let = let;
    one.close = close;
    co_await use(one);
}

enum class way { recv, recv_into, recvfrom, recvfrom_into };
coro<std::string> receive_by(way how, socket& from) {
    std::array<char, 10> room{};
    std::string got;
    switch (how) {
        case way::recv: got = co_await from.recv(room.size()); break;
        case way::recv_into: {
            auto const size = co_await from.recv_into(room);
            got.assign(room.data(), size);
            break;
        }
        case way::recvfrom: {
            auto one = co_await from.recvfrom(room.size());
            got = one.data;
            break;
        }
        case way::recvfrom_into: {
            auto const one = co_await from.recvfrom_into(room);
            got.assign(room.data(), one.size);
            break;
        }
    }
    co_return got;
}

template <way how>
coro<> receiving(waiting_use use) {
    auto pair = co_await connected();
    waiting one;
    auto ask = [&] { return receive_by(how, pair.client); };
    auto let = [&]() -> coro<> { co_await pair.server.sendall("x"); };
    auto close = [&]() -> coro<> { co_await pair.client.close(); };
    one.ask = ask;
    one.let = let;
    one.close = close;
    co_await use(one);
}

enum class message_way { receive, receive_from, receive_into };
coro<std::string> receive_by(message_way how, datagram_socket& from) {
    std::array<char, 10> room{};
    std::string got;
    switch (how) {
        case message_way::receive: got = co_await from.receive(); break;
        case message_way::receive_from: {
            auto one = co_await from.receive_from();
            got = one.data;
            break;
        }
        case message_way::receive_into: {
            auto const one = co_await from.receive_into(room);
            got.assign(room.data(), one.size);
            break;
        }
    }
    co_return got;
}

template <message_way how, bool over_unix>
coro<> receiving_messages(waiting_use use) {
    auto to = co_await rota::create_datagram_endpoint(over_unix ? unix_name() : loopback());
    auto from = co_await rota::create_datagram_endpoint(over_unix ? unix_name() : loopback());
    auto const at = to.local_address();
    waiting one;
    auto ask = [&] { return receive_by(how, to); };
    auto let = [&]() -> coro<> { co_await from.send_to("x", at); };
    auto close = [&]() -> coro<> { co_await to.close(); };
    one.ask = ask;
    one.let = let;
    one.close = close;
    co_await use(one);
}

/// A send that waits for somebody to read.
coro<> sends_slowly() {
    auto pair = co_await connected();
    std::string const much(20'000'000, 'x');
    auto send = [&]() -> coro<> { co_await pair.client.sendall(much); };
    auto const sending = rota::create_task(send());
    co_await rota::sleep(5ms);
    EXPECT_FALSE(sending.done());
    for (std::size_t got = 0; got < much.size();) got += (co_await pair.server.recv(1'000'000)).size();
    co_await sending;
}

coro<> is_closed_while_it_sends() {
    auto pair = co_await connected();
    std::string const much(20'000'000, 'x');
    auto const sending = rota::create_task(fails(std::errc::bad_file_descriptor, pair.client.sendall(much)));
    co_await rota::sleep(5ms);
    co_await pair.client.close();
    co_await sending;
}

void enter_connections() {
    of accept("sockets", "accept");
    add_waiting(accept, accepting);
    accept.can("EINVAL", []() -> coro<> {
        socket on(address_family::ipv4);
        on.bind(loopback());
        co_await fails(std::errc::invalid_argument, on.accept());
    });
    accept.can("EMFILE", kernel_only("a simulation has no limit of descriptors"), []() -> coro<> {
        auto on = listening();
        socket client(address_family::ipv4);
        co_await client.connect(on.local_address());
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        // Sanitizers open a pipe when they see a class for the first time: all that comes below has come once before.
        socket deaf(address_family::ipv4);
        deaf.bind(loopback());
        auto const seen = rota::create_task(fails(std::errc::invalid_argument, deaf.accept()));
        co_await ended(seen);
        co_await seen;
        co_await rota::sleep(1us);
        int const unused = ::dup(0);
        ::close(unused);
        auto none = before;
        none.rlim_cur = static_cast<rlim_t>(unused);
        setrlimit(RLIMIT_NOFILE, &none);
        auto const refused = rota::create_task(fails(std::errc::too_many_files_open, on.accept()));
        co_await ended(refused);
        setrlimit(RLIMIT_NOFILE, &before);
        co_await refused;
        // It is there still.
        auto got = co_await on.accept();
        EXPECT_TRUE(got);
    });

    of connect("sockets", "connect");
    add_waiting(connect, connecting);
    connect
        .can("waits without a spin", kernel_only("a simulation's time is virtual"),
             []() -> coro<> {
                 auto const spins = [](waiting& on) -> coro<> {
                     auto const before = std::clock();
                     co_await what_of<rota::timeout_error>(rota::wait_for(on.ask(), 200ms));
                     EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 10);
                 };
                 co_await connecting(spins);
             })
        .can("ECONNREFUSED",
             []() -> coro<> {
                 auto const at = co_await nobody(socket_kind::stream);
                 socket one(address_family::ipv4);
                 co_await fails(std::errc::connection_refused, "connect " + at.to_string() + ": Connection refused",
                                one.connect(at));
             })
        .can("EISCONN",
             []() -> coro<> {
                 auto pair = co_await connected();
                 auto on = listening();
                 co_await fails(std::errc::already_connected, pair.client.connect(on.local_address()));
             })
        .can("ENOENT", kernel_only("a simulation keeps the files of sockets apart, and answers ECONNREFUSED"),
             []() -> coro<> {
                 socket one(address_family::unix_path);
                 co_await fails(std::errc::no_such_file_or_directory,
                                one.connect(socket_address::from_path("/no/such/socket")));
             })
        .can("EBADF", []() -> coro<> {
            auto on = listening();
            socket one(address_family::ipv4);
            co_await one.close();
            co_await what_of<std::exception>(one.connect(on.local_address()));
        });

    of("sockets", "bind")
        .can("EADDRINUSE",
             []() -> coro<> {
                 auto const on = listening();
                 socket other(address_family::ipv4);
                 auto const at = on.local_address();
                 auto bind = [&]() -> coro<> {
                     other.bind(at);
                     co_return;
                 };
                 co_await fails(std::errc::address_in_use, "bind " + at.to_string() + ": Address already in use",
                                bind());
             })
        .can("EADDRNOTAVAIL", []() -> coro<> {
            socket one(address_family::ipv4);
            auto bind = [&]() -> coro<> {
                one.bind(socket_address::from_literal("192.0.2.1", 0));
                co_return;
            };
            co_await fails(std::errc::address_not_available, bind());
        });
}

void enter_receives() {
    constexpr auto add = [](char const* name, waiting_subject subject) {
        of to("sockets", name);
        add_waiting(to, subject);
    };
    add("recv", receiving<way::recv>);
    add("recv_into", receiving<way::recv_into>);
    add("recvfrom", receiving<way::recvfrom>);
    add("recvfrom_into", receiving<way::recvfrom_into>);
    of("sockets", "recv")
        .can("short",
             []() -> coro<> {
                 auto pair = co_await connected();
                 co_await pair.server.sendall("abc");
                 co_await rota::sleep(5ms);
                 EXPECT_EQ(co_await pair.client.recv(2), "ab");
                 EXPECT_EQ(co_await pair.client.recv(2), "c");
             })
        .can("peer gone",
             []() -> coro<> {
                 auto pair = co_await connected();
                 co_await pair.server.sendall("last");
                 co_await pair.server.close();
                 std::string got;
                 while (got.size() < 4) got += co_await pair.client.recv(10);
                 EXPECT_EQ(got, "last");
                 EXPECT_EQ(co_await pair.client.recv(10), "");
             })
        .can("ECONNRESET",
             []() -> coro<> {
                 auto pair = co_await connected();
                 co_await pair.client.sendall("unread");
                 co_await rota::sleep(5ms);
                 co_await pair.server.close();
                 co_await fails(std::errc::connection_reset, pair.client.recv(10));
             })
        .can("ENOTCONN", []() -> coro<> {
            socket one(address_family::ipv4);
            co_await fails(std::errc::not_connected, one.recv(10));
        });
    of("sockets", "sendall")
        .can("done", sends_slowly)
        .can("closed meanwhile", is_closed_while_it_sends)
        .can("cancelled before",
             []() -> coro<> {
                 auto pair = co_await connected();
                 auto late = [&]() -> coro<> {
                     rota::current_task().cancel();
                     co_await pair.client.sendall("lost");
                 };
                 auto const sending = rota::create_task(late());
                 co_await ended(sending);
                 EXPECT_TRUE(sending.cancelled());
                 co_await pair.client.sendall("x");
                 EXPECT_EQ(co_await pair.server.recv(10), "x");
             })
        .can("cancelled while",
             []() -> coro<> {
                 auto pair = co_await connected();
                 std::string const much(20'000'000, 'x');
                 co_await what_of<rota::timeout_error>(rota::wait_for(pair.client.sendall(much), 10ms));
                 EXPECT_FALSE((co_await pair.server.recv(10)).empty());
             })
        .can("peer gone",
             []() -> coro<> {
                 auto pair = co_await connected();
                 co_await pair.server.close();
                 auto send = [&]() -> coro<> {
                     // The first tells the peer's kernel, which answers.
                     for (int i = 0; i < 1000; ++i) {
                         co_await pair.client.sendall("x");
                         co_await rota::sleep(1ms);
                     }
                 };
                 co_await fails(std::errc::broken_pipe, send());
             })
        .can("ENOTCONN", []() -> coro<> {
            socket one(address_family::ipv4);
            try {
                co_await one.sendall("x");
                ADD_FAILURE() << "nothing was thrown";
            } catch (rota::system_error const& error) {
                // Linux answers EPIPE for TCP.
                EXPECT_TRUE(error.code() == std::errc::not_connected || error.code() == std::errc::broken_pipe)
                    << error.what();
            }
        });
}

void enter_messages() {
    constexpr auto add = [](std::string name, waiting_subject subject) {
        of to("datagrams", std::move(name));
        add_waiting(to, subject);
    };
    add("UDP: receive", receiving_messages<message_way::receive, false>);
    add("UDP: receive_from", receiving_messages<message_way::receive_from, false>);
    add("UDP: receive_into", receiving_messages<message_way::receive_into, false>);
    add("Unix: receive", receiving_messages<message_way::receive, true>);
    of("datagrams", "UDP: receive")
        .can("no bytes",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(loopback());
                 auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
                 co_await from.send("");
                 co_await from.send("x");
                 EXPECT_EQ(co_await to.receive(), "");
                 EXPECT_EQ(co_await to.receive(), "x");
             })
        .can("EMSGSIZE",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(loopback());
                 auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
                 co_await from.send("too long");
                 co_await from.send("x");
                 co_await fails(std::errc::message_size, to.receive(3));
                 EXPECT_EQ(co_await to.receive(3), "x");
             })
        .can("ECONNREFUSED", []() -> coro<> {
            auto const at = co_await nobody(socket_kind::datagram);
            auto one = co_await rota::create_datagram_endpoint(socket_address(), at);
            co_await one.send("anybody?");
            co_await fails(std::errc::connection_refused, one.receive());
        });
    of("datagrams", "UDP: receive_from").can("short, and told so", []() -> coro<> {
        auto to = co_await rota::create_datagram_endpoint(loopback());
        auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
        co_await from.send("too long");
        auto const got = co_await to.receive_from(3);
        EXPECT_EQ(got.data, "too");
        EXPECT_TRUE(got.truncated);
    });
    of("datagrams", "UDP: send")
        .can("done",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(loopback());
                 auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
                 EXPECT_EQ(co_await from.send("hello"), 5U);
                 EXPECT_EQ(co_await to.receive(), "hello");
             })
        .can("cancelled before",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(loopback());
                 auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
                 auto late = [&]() -> coro<> {
                     rota::current_task().cancel();
                     co_await from.send("lost");
                 };
                 auto const sending = rota::create_task(late());
                 co_await ended(sending);
                 EXPECT_TRUE(sending.cancelled());
                 co_await from.send("x");
                 EXPECT_EQ(co_await to.receive(), "x");
             })
        .can("EMSGSIZE",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(loopback());
                 auto from = co_await rota::create_datagram_endpoint(loopback(), to.local_address());
                 std::string const much(70'000, 'x');
                 co_await fails(std::errc::message_size, from.send(much));
             })
        .can("EDESTADDRREQ", []() -> coro<> {
            auto one = co_await rota::create_datagram_endpoint(loopback());
            co_await fails(std::errc::destination_address_required, one.send("x"));
        });
    of("datagrams", "Unix: send")
        .can("cancelled while",
             []() -> coro<> {
                 auto to = co_await rota::create_datagram_endpoint(unix_name());
                 auto from = co_await rota::create_datagram_endpoint(unix_name(), to.local_address());
                 int sent = 0;
                 auto send = [&]() -> coro<> {
                     for (;; ++sent) co_await from.send(std::to_string(sent));
                 };
                 auto const sending = rota::create_task(send());
                 co_await rota::sleep(30ms);
                 sending.cancel();
                 co_await ended(sending);
                 EXPECT_TRUE(sending.cancelled());
                 for (int i = 0; i < sent; ++i) EXPECT_EQ(co_await to.receive(), std::to_string(i));
                 co_await what_of<rota::timeout_error>(rota::wait_for(to.receive(), 10ms));
             })
        .can("peer gone", []() -> coro<> {
            auto to = co_await rota::create_datagram_endpoint(unix_name());
            auto from = co_await rota::create_datagram_endpoint(unix_name(), to.local_address());
            co_await to.close();
            co_await fails(std::errc::connection_refused, from.send("x"));
        });
}

bool const entered = [] {
    enter_connections();
    enter_receives();
    enter_messages();
    return true;
}();

}  // namespace
