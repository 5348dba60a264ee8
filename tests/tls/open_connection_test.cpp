// TLS over sockets, on each engine.
#include <rota/tls/open_connection.hpp>

#include "net/net_kit.hpp"
#include "tls/tls_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/net/server.hpp>

#include <string>
#include <vector>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;

class OpenTlsConnection : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, OpenTlsConnection, testing::ValuesIn(all_engines()), name_of);

coro<> echo(stream peer) {
    while (true) {
        std::string const piece = co_await peer.read_some();
        if (piece.empty()) break;
        co_await peer.write(piece);
    }
    co_await peer.close();
}

TEST_P(OpenTlsConnection, CarriesMuchBothWaysAtOnce) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo, "127.0.0.1", 0, server_context());
        auto const port = server.sockets().front().port();
        auto client = co_await rota::open_connection("127.0.0.1", port, client_context());
        EXPECT_EQ(client.peer_address().port(), port);
        EXPECT_EQ(client.peer_name(), "127.0.0.1:" + std::to_string(port));
        EXPECT_EQ(client.local_address().to_string().substr(0, 10), "127.0.0.1:");
        std::string const data = pattern(700'000);
        auto write = [](stream& to, std::string const& all) -> coro<> {
            co_await to.write(all);
            co_await to.write_eof();
        };
        auto const writing = rota::create_task(write, std::ref(client), std::cref(data));
        std::string const back = co_await client.read();
        EXPECT_TRUE(back == data);
        co_await writing;
        co_await client.close();
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(OpenTlsConnection, LooksForTheNameThatWasConnectedToOrTheOneThatIsGiven) {
    run([]() -> coro<> {
        net_kit::reports heard;
        auto const own = trusted_authority().issue(certificate_plan("x", "DNS:one.example,DNS:localhost"));
        auto server = co_await rota::start_server(echo, "127.0.0.1", 0, server_context(own));
        auto const port = server.sockets().front().port();
        auto client = co_await rota::open_connection("localhost", port, client_context());
        co_await client.close();
        client = co_await rota::open_connection("127.0.0.1", port, client_context(), rota::connection_options(),
                                                rota::tls_options("one.example"));
        EXPECT_EQ(rota::tls_info(client)->server_name, "one.example");
        co_await client.close();
        co_await what_of<rota::ssl_cert_verification_error>(rota::open_connection("127.0.0.1", port, client_context()));
        std::vector<rota::socket_address> addresses(1, server.sockets().front());
        client = co_await rota::open_connection(addresses, client_context(), rota::connection_options(),
                                                rota::tls_options("one.example"));
        co_await client.close();
        co_await what_of<rota::usage_error>(rota::open_connection(addresses, client_context()));
        for (int i = 0; i < 1000 && heard.told.size() < 2; ++i) co_await rota::sleep(1ms);
        EXPECT_EQ(heard.told.size(), 2U);  // the one that was refused, and the one that did not begin
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(OpenTlsConnection, ToSomebodyWhoResetsIsAnErrorOfTheHandshake) {
    run([]() -> coro<> {
        auto hang_up = [](stream peer) -> coro<> { co_await peer.close(); };
        auto server = co_await rota::start_server(hang_up, "127.0.0.1", 0);
        auto const port = server.sockets().front().port();
        // An end, or a reset where the hello comes too late.
        auto const what =
            co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", port, client_context()));
        EXPECT_TRUE(what.starts_with("TLS handshake with 127.0.0.1:" + std::to_string(port) + ": ")) << what;
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(OpenTlsConnection, ToNobodyIsTheErrorOfTheConnection) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo, "127.0.0.1", 0);
        auto const port = server.sockets().front().port();
        server.close();
        co_await server.wait_closed();
        auto const what =
            co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", port, client_context()));
        EXPECT_EQ(what, "connect 127.0.0.1:" + std::to_string(port) + ": Connection refused");
    });
}

}  // namespace
