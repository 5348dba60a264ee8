// `https://`, with a server of its own in simulation.
#include "tls/tls_kit.hpp"

#include <rota/http/client_session.hpp>
#include <rota/http/errors.hpp>
#include <rota/net/server.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;
using rota::http::client_options;
using rota::http::client_session;
using rota::http::url;

client_options trusting() {
    client_options options;
    options.ssl = std::make_shared<rota::ssl_context>(client_context());
    return options;
}

/// Answers every request with the name of the server, the protocol, and what was asked for.
struct answering {
    std::string name;
    int connections = 0;

    coro<> operator()(stream peer) {
        ++connections;
        while (true) {
            std::string const head = co_await peer.read_until("\r\n\r\n");
            std::string const body = name + head.substr(3, head.find(" HTTP") - 3);
            std::string const fields = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
            co_await peer.write(fields + body);
        }
    }
};

coro<> answer(answering* as, stream peer) {
    try {
        co_await (*as)(std::move(peer));
    } catch (std::exception const&) {
        // The client has gone.
    }
}

coro<std::string> get(client_session& session, char const* address) {
    auto got = co_await session.get(url::parse(address));
    co_return co_await got.read();
}

class HttpOverTls : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, HttpOverTls, testing::Values(0, 1, 2, 3));

TEST_P(HttpOverTls, PagesComeAndTheConnectionIsKept) {
    run_simulated(
        []() -> coro<> {
            answering secure{"secure"};
            answering plain{"plain"};
            auto serve_secure = [&](stream peer) { return answer(&secure, std::move(peer)); };
            auto serve_plain = [&](stream peer) { return answer(&plain, std::move(peer)); };
            auto first = co_await rota::start_server(serve_secure, "127.0.0.1", 443, server_context());
            auto second = co_await rota::start_server(serve_plain, "127.0.0.1", 80);
            client_session session(trusting());
            // The same host twice: not one connection for both.
            EXPECT_EQ(co_await get(session, "http://localhost/a"), "plain /a");
            EXPECT_EQ(co_await get(session, "https://localhost/b"), "secure /b");
            EXPECT_EQ(co_await get(session, "http://localhost/c"), "plain /c");
            co_await rota::sleep(1s);
            EXPECT_EQ(co_await get(session, "https://localhost/d"), "secure /d");
            EXPECT_EQ(co_await get(session, "https://127.0.0.1/e"), "secure /e");
            EXPECT_EQ(secure.connections, 2);
            EXPECT_EQ(plain.connections, 1);
            EXPECT_EQ(session.idle_connections(), 3U);
            first.close();
            second.close();
            first.close_clients();
            second.close_clients();
        },
        GetParam());
}

TEST_P(HttpOverTls, AServerThatIsNotToBeTrustedIsNotAsked) {
    run_simulated(
        []() -> coro<> {
            rota::running_loop().set_exception_handler([](rota::loop&, rota::exception_context const&) {});
            answering secure{"secure"};
            auto serve = [&](stream peer) { return answer(&secure, std::move(peer)); };
            auto server = co_await rota::start_server(serve, "127.0.0.1", 443, server_context());
            client_session session;
            auto what = co_await what_of<rota::ssl_cert_verification_error>(get(session, "https://localhost/"));
            EXPECT_EQ(
                what,
                "TLS handshake with 127.0.0.1:443: certificate verify failed: unable to get local issuer certificate "
                "(certificate 0 of the chain: CN=localhost, issued by CN=Test Authority)");
            EXPECT_EQ(secure.connections, 0);
            server.close();
        },
        GetParam());
}

TEST_P(HttpOverTls, ABodyMayEndWithTheConnection) {
    run_simulated(
        []() -> coro<> {
            auto serve = [](stream peer) -> coro<> {
                (void)co_await peer.read_until("\r\n\r\n");
                co_await peer.write("HTTP/1.1 200 OK\r\n\r\nall of it");
                co_await peer.close();
            };
            auto server = co_await rota::start_server(serve, "127.0.0.1", 443, server_context());
            client_session session(trusting());
            EXPECT_EQ(co_await get(session, "https://localhost/"), "all of it");
            server.close();
        },
        GetParam());
}

}  // namespace
