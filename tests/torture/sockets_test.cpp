// Sockets and datagrams, cancelled at every point or short of memory: no message that came is lost, nothing stays open.
#include "torture_kit.hpp"

#include <array>

namespace {

using namespace torture_kit;
using rota::datagram_socket;
using rota::socket_address;

socket_address here(std::uint16_t port) { return socket_address::from_literal("127.0.0.1", port); }

/// Two ends; numbered messages go from one to the other, and each arrives once.
template <class Calls>
struct carries_messages : scenario {
    datagram_socket to;
    datagram_socket from;
    bool sending = false;
    int sent = 0;
    int got = 0;

    void take(std::string const& text) {
        require(text == std::to_string(got), "a message is lost, or came twice");
        ++got;
    }
    coro<> subject() override {
        to = co_await rota::create_datagram_endpoint(here(5000));
        from = co_await rota::create_datagram_endpoint(here(5001), here(5000));
        for (int i = 0; i < 3; ++i) {
            auto const text = std::to_string(sent);
            sending = true;
            co_await Calls::send(from, text);
            sending = false;
            ++sent;
            take(co_await Calls::receive(to));
        }
    }
    coro<> verify() override {
        require(!sending || got == sent, "a send that failed was counted");
        for (; got < sent;) take(co_await to.receive());
        if (to) co_await to.close();
        if (from) co_await from.close();
        // Their addresses are free again.
        auto const again = co_await rota::create_datagram_endpoint(here(5000));
        auto const other = co_await rota::create_datagram_endpoint(here(5001));
    }
};

struct by_receive {
    static coro<> send(datagram_socket& by, std::string const& text) { co_await by.send(text); }
    static coro<std::string> receive(datagram_socket& by) { co_return co_await by.receive(); }
};
struct by_receive_from {
    static coro<> send(datagram_socket& by, std::string const& text) { co_await by.send_to(text, here(5000)); }
    static coro<std::string> receive(datagram_socket& by) {
        auto got = co_await by.receive_from(100);
        co_return std::move(got.data);
    }
};
struct by_receive_into {
    static coro<> send(datagram_socket& by, std::string const& text) { co_await by.send(text); }
    static coro<std::string> receive(datagram_socket& by) {
        std::array<char, 16> room{};
        auto const got = co_await by.receive_into(room);
        co_return std::string(room.data(), got.size);
    }
};
TEST(TortureSockets, Datagrams) {
    torture<carries_messages<by_receive>>("create_datagram_endpoint, datagram_socket.send, datagram_socket.receive",
                                          several_seeds);
    torture<carries_messages<by_receive_from>>("datagram_socket.send_to, datagram_socket.receive_from", several_seeds);
    torture<carries_messages<by_receive_into>>("datagram_socket.receive_into", several_seeds);
}

struct closes_datagrams : scenario {
    datagram_socket open;
    coro<> subject() override {
        open = co_await rota::create_datagram_endpoint(here(5000));
        co_await open.close();
        co_await rota::yield();
    }
    coro<> verify() override {
        if (open) co_await open.close();
        auto const again = co_await rota::create_datagram_endpoint(here(5000));
    }
};
TEST(TortureSockets, CloseOfDatagrams) { torture<closes_datagrams>("datagram_socket.close", several_seeds); }

/// A connection by hand.
template <class Calls>
struct carries_bytes : scenario {
    rota::socket listening;
    rota::socket client;
    rota::socket server;
    std::string got;

    coro<> subject() override {
        listening = rota::socket(rota::address_family::ipv4);
        listening.bind(here(5000));
        listening.listen();
        client = rota::socket(rota::address_family::ipv4);
        co_await client.connect(here(5000));
        server = co_await listening.accept();
        co_await client.sendall("some bytes");
        while (got.size() < 10) got += co_await Calls::receive(server);
        require(got == "some bytes", "other bytes came");
    }
    coro<> verify() override {
        require(std::string("some bytes").starts_with(got), "bytes are lost");
        if (client) co_await client.close();
        if (server) co_await server.close();
        if (listening) co_await listening.close();
        rota::socket again(rota::address_family::ipv4);
        again.set_option(rota::socket_option::reuse_address, 1);
        again.bind(here(5000));
        co_await again.close();
    }
};
struct by_recv {
    static coro<std::string> receive(rota::socket& by) { co_return co_await by.recv(4); }
};
struct by_recv_into {
    static coro<std::string> receive(rota::socket& by) {
        std::array<char, 4> room{};
        auto const size = co_await by.recv_into(room);
        co_return std::string(room.data(), size);
    }
};
TEST(TortureSockets, Streams) {
    torture<carries_bytes<by_recv>>("socket.connect, socket.accept, socket.sendall, socket.recv, socket.close",
                                    several_seeds);
    torture<carries_bytes<by_recv_into>>("socket.recv_into", several_seeds);
}

template <bool Into>
struct carries_raw_datagrams : scenario {
    rota::socket a;
    rota::socket b;
    int sent = 0;
    int got = 0;
    coro<> receive() {
        std::string text;
        if constexpr (Into) {
            std::array<char, 16> room{};
            auto const into = co_await b.recvfrom_into(room);
            text.assign(room.data(), into.size);
        } else {
            auto whole = co_await b.recvfrom(16);
            text = std::move(whole.data);
        }
        require(text == std::to_string(got), "a message is lost");
        ++got;
    }
    coro<> subject() override {
        a = rota::socket(rota::address_family::ipv4, rota::socket_kind::datagram);
        b = rota::socket(rota::address_family::ipv4, rota::socket_kind::datagram);
        b.bind(here(5000));
        for (int i = 0; i < 3; ++i) {
            auto const text = std::to_string(sent);
            co_await a.sendto(text, here(5000));
            ++sent;
            co_await receive();
        }
    }
    coro<> verify() override {
        while (got < sent) co_await receive();
    }
};
TEST(TortureSockets, RawDatagrams) {
    torture<carries_raw_datagrams<false>>("socket.sendto, socket.recvfrom", several_seeds);
    torture<carries_raw_datagrams<true>>("socket.recvfrom_into", several_seeds);
}

}  // namespace
