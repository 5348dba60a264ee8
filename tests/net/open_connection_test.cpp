#include <rota/net/open_connection.hpp>

#include "net/net_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/net/getaddrinfo.hpp>

#include <system_error>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

class OpenConnection : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, OpenConnection, testing::ValuesIn(all_engines()), name_of);

coro<> greet(stream peer) { co_await peer.write("hello"); }

TEST_P(OpenConnection, RefusedNamesTheAddress) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        auto const at = server.sockets().front();
        server.close();
        co_await server.wait_closed();
        try {
            co_await rota::open_connection("127.0.0.1", at.port());
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::system_error const& error) {
            EXPECT_TRUE(error.code() == std::errc::connection_refused);
            EXPECT_EQ(std::string(error.what()), "connect " + at.to_string() + ": Connection refused");
        }
    });
}

TEST_P(OpenConnection, FindsLocalhostByName) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        auto client = co_await rota::open_connection("localhost", server.sockets().front().port());
        EXPECT_EQ(co_await client.read(), "hello");
    });
}

TEST_P(OpenConnection, AnUnknownNameIsANameError) {
    run([]() -> coro<> {
        auto const text = co_await what_of<rota::name_error>(rota::open_connection("no.such.host.invalid", 80));
        EXPECT_EQ(text.rfind("resolve no.such.host.invalid: ", 0), 0U) << text;
    });
}

TEST_P(OpenConnection, CancelledLeavesNothingOpen) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        auto const port = server.sockets().front().port();
        auto connect_and_read = [port]() -> coro<std::string> {
            auto client = co_await rota::open_connection("127.0.0.1", port);
            co_return co_await client.read();
        };
        int delivered = 0;
        for (int turns = 0; turns < 6; ++turns) {
            auto const connecting = rota::create_task(connect_and_read());
            for (int waited = 0; waited < turns; ++waited) co_await rota::yield();
            connecting.cancel();
            while (!connecting.done()) co_await rota::sleep(1ms);
            if (!connecting.cancelled()) ++delivered;
        }
        auto client = co_await rota::open_connection("127.0.0.1", port);
        EXPECT_EQ(co_await client.read(), "hello");
        (void)delivered;
        client = stream();
        server.close();
        co_await server.wait_closed();
    });
}

class OpenConnectionReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, OpenConnectionReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(OpenConnectionReal, OfSeveralAddressesAllAreTold) {
    run([]() -> coro<> {
        auto server = co_await serve(greet);
        auto const port = server.sockets().front().port();
        server.close();
        co_await server.wait_closed();
        auto const addresses = co_await rota::getaddrinfo("localhost", port);
        auto const text = co_await what_of<rota::system_error>(rota::open_connection("localhost", port));
        for (auto const& each : addresses) EXPECT_NE(text.find(each.to_string()), std::string::npos) << text;
    });
}

}  // namespace
