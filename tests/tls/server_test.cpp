// A server over TLS among good and bad clients, on each engine.
#include <rota/tls/server.hpp>

#include "net/net_kit.hpp"
#include "tls/tls_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/result.hpp>

#include <string>
#include <vector>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;

class TlsServer : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, TlsServer, testing::ValuesIn(all_engines()), name_of);

coro<> echo_lines(stream peer) {
    while (true) {
        std::string const line = co_await peer.read_line();
        if (line.empty()) break;
        co_await peer.write(line);
    }
    co_await peer.close();
}

coro<> expect_served(std::uint16_t port) {
    auto client = co_await rota::open_connection("127.0.0.1", port, client_context());
    co_await client.write("ask\n");
    EXPECT_EQ(co_await client.read_line(), "ask\n");
    co_await client.close();
}

/// Sends `bytes` as they are, and reads until the server has enough.
coro<> send_in_the_clear(std::uint16_t port, std::string bytes) {
    auto client = co_await rota::open_connection("127.0.0.1", port);
    co_await client.write(bytes);
    (void)co_await rota::as_result(client.read());
    co_await client.close();
}

coro<> leave_in_the_middle(std::uint16_t port, std::string bytes) {
    auto client = co_await rota::open_connection("127.0.0.1", port);
    co_await client.write(bytes);
    co_await client.close();
}

TEST_P(TlsServer, TellsOfBadClientsAndGoesOnWithTheOthers) {
    run([]() -> coro<> {
        net_kit::reports heard;
        auto server = co_await rota::start_server(echo_lines, "127.0.0.1", 0, server_context());
        auto const port = server.sockets().front().port();
        auto steady = co_await rota::open_connection("127.0.0.1", port, client_context());

        co_await send_in_the_clear(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        co_await send_in_the_clear(port, std::string(5000, '\xff'));
        co_await leave_in_the_middle(port, "");
        co_await leave_in_the_middle(port, std::string("\x16\x03\x01\x02", 4));
        auto distrusting = rota::create_default_ssl_context();
        co_await what_of<rota::ssl_cert_verification_error>(rota::open_connection("127.0.0.1", port, distrusting));
        for (int i = 0; i < 1000 && heard.told.size() < 5; ++i) co_await rota::sleep(1ms);
        EXPECT_EQ(heard.told.size(), 5U);
        auto const heard_of = [&](std::string const& reason) {
            for (auto const& each : heard.told)
                if (each.starts_with("the TLS handshake of the connection from 127.0.0.1:") &&
                    each.find(" failed | TLS handshake with 127.0.0.1:") != std::string::npos && each.ends_with(reason))
                    return true;
            return false;
        };
        EXPECT_TRUE(heard_of(": http request (the peer seems not to speak TLS)"));
        EXPECT_TRUE(heard_of(": wrong version number (the peer seems not to speak TLS)"));
        EXPECT_TRUE(heard_of(": the connection ended in the middle of the handshake"));
        EXPECT_TRUE(heard_of(": the peer refused: tlsv1 alert unknown ca"));

        co_await steady.write("still\n");
        EXPECT_EQ(co_await steady.read_line(), "still\n");
        co_await steady.close();
        co_await expect_served(port);
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(TlsServer, AClientThatSaysNothingHoldsUpNobodyAndIsGivenUp) {
    run([]() -> coro<> {
        net_kit::reports heard;
        rota::tls_options options;
        options.ssl_handshake_timeout = 300ms;
        auto server =
            co_await rota::start_server(echo_lines, "127.0.0.1", 0, server_context(), rota::server_options(), options);
        auto const port = server.sockets().front().port();
        auto silent = co_await rota::open_connection("127.0.0.1", port);
        co_await expect_served(port);
        EXPECT_EQ(co_await silent.read(), "");
        co_await silent.close();
        EXPECT_EQ(heard.told.size(), 1U);
        EXPECT_TRUE(heard.told.at(0).ends_with(": not done within 0.3 s")) << heard.told.at(0);
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(TlsServer, CloseClientsEndsHandshakesToo) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo_lines, "127.0.0.1", 0, server_context());
        auto const port = server.sockets().front().port();
        auto silent = co_await rota::open_connection("127.0.0.1", port);
        co_await expect_served(port);
        server.close();
        server.close_clients();
        co_await server.wait_closed();
        EXPECT_EQ(co_await silent.read(), "");
        co_await silent.close();
    });
}

TEST_P(TlsServer, AClientThatClosesIsAnEnd) {
    run([]() -> coro<> {
        std::vector<std::string> ends;
        auto read_all = [&ends](stream peer) -> coro<> {
            ends.push_back(co_await peer.read());
            co_await peer.close();
        };
        auto server = co_await rota::start_server(read_all, "127.0.0.1", 0, server_context());
        auto const port = server.sockets().front().port();
        auto client = co_await rota::open_connection("127.0.0.1", port, client_context());
        co_await client.write("all");
        co_await client.close();
        for (int i = 0; i < 1000 && ends.empty(); ++i) co_await rota::sleep(1ms);
        EXPECT_EQ(ends, std::vector<std::string>{"all"});
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(TlsServer, AClientsContextAndOneWithoutACertificateAreUsageErrors) {
    run([]() -> coro<> {
        auto const bare = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
        int refused = 0;
        for (auto const& context : {client_context(), bare}) {
            try {
                auto server = co_await rota::start_server(echo_lines, "127.0.0.1", 0, context);
            } catch (rota::usage_error const&) {
                ++refused;
            }
        }
        EXPECT_EQ(refused, 2);
    });
}

TEST_P(TlsServer, ServesManyBesideEachOther) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo_lines, "127.0.0.1", 0, server_context());
        auto const port = server.sockets().front().port();
        std::vector<coro<>> clients;
        for (int i = 0; i < 20; ++i) clients.push_back(expect_served(port));
        co_await rota::gather(std::move(clients));
        server.close();
        co_await server.wait_closed();
    });
}

}  // namespace
