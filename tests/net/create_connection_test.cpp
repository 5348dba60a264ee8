#include <rota/net/create_connection.hpp>

#include "net/protocol_kit.hpp"
#include "net/unix_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;

class CreateConnection : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, CreateConnection, testing::ValuesIn(all_engines()), name_of);

using strings = std::vector<std::string>;

/// Sends back what comes.
class echo : public recorder {
public:
    void data_received(std::string_view received) override {
        recorder::data_received(received);
        transport.write(received);
    }
};

struct echoes {
    std::vector<std::shared_ptr<echo>> made;
    std::shared_ptr<echo> operator()() { return made.emplace_back(std::make_shared<echo>()); }
};

TEST_P(CreateConnection, ComesBackWithATransportWhoseProtocolKnowsIt) {
    run([]() -> coro<> {
        echoes served;
        auto server = co_await rota::create_server(std::ref(served), "127.0.0.1", std::uint16_t{0});
        auto const port = server.sockets().front().port();
        auto const made = co_await rota::create_connection(std::make_shared<recorder>, "127.0.0.1", port);
        EXPECT_EQ(made.protocol->calls, strings{"made"});
        EXPECT_EQ(made.protocol->transport, made.transport);
        made.transport.write("there and back");
        co_await until([&] { return made.protocol->data.size() == 14; });
        EXPECT_EQ(made.transport.peer_address().port(), port);
        made.transport.write_eof();
        co_await until([&] { return made.protocol->was("lost"); });
        EXPECT_EQ(made.protocol->data, "there and back");
        EXPECT_EQ(made.protocol->calls, (strings{"made", "data", "eof", "lost"}));
        EXPECT_EQ(served.made.front()->calls, (strings{"made", "data", "eof", "lost"}));
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(CreateConnection, AFactoryMayGiveAUniquePointer) {
    run([]() -> coro<> {
        auto server =
            co_await rota::create_server([] { return std::make_unique<echo>(); }, "127.0.0.1", std::uint16_t{0});
        auto const made = co_await rota::create_connection([] { return std::make_unique<recorder>(); }, "127.0.0.1",
                                                           server.sockets().front().port());
        made.transport.abort();
        co_await until([&] { return made.protocol->was("lost"); });
        server.close();
    });
}

TEST_P(CreateConnection, OverUnixSockets) {
    run([]() -> coro<> {
        std::string const path = std::string(1, '\0') + "rota-protocol-" + std::to_string(::getpid());
        echoes served;
        auto server = co_await rota::create_unix_server(std::ref(served), path);
        auto const made = co_await rota::create_unix_connection(std::make_shared<recorder>, path);
        made.transport.write("there and back");
        co_await until([&] { return made.protocol->data == "there and back"; });
        made.transport.close();
        co_await until([&] { return served.made.front()->was("lost"); });
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(CreateConnection, NobodyThereIsTheErrorOfOpenConnection) {
    run([]() -> coro<> {
        auto server = co_await serve([](rota::stream) -> coro<> { co_return; });
        auto const port = server.sockets().front().port();
        server.close();
        bool made = false;
        auto const factory = [&] {
            made = true;
            return std::make_shared<recorder>();
        };
        auto const told = co_await what_of<rota::system_error>(rota::create_connection(factory, "127.0.0.1", port));
        EXPECT_NE(told.find("Connection refused"), std::string::npos);
        EXPECT_FALSE(made);
    });
}

TEST_P(CreateConnection, AFactoryThatThrowsOfAServerIsToldAndTheConnectionCloses) {
    run([]() -> coro<> {
        reports const heard;
        auto const factory = []() -> std::shared_ptr<echo> { throw std::runtime_error("no more of them"); };
        auto server = co_await rota::create_server(factory, "127.0.0.1", std::uint16_t{0});
        auto client = co_await connect(server);
        EXPECT_EQ(co_await client.read(), "");
        co_await client.close();
        EXPECT_EQ(heard.told.size(), 1U);
        EXPECT_NE(heard.told.front().find("no more of them"), std::string::npos);
        server.close();
    });
}

TEST_P(CreateConnection, CloseClientsAbortsThemAndIsAwaited) {
    run([]() -> coro<> {
        echoes served;
        auto server = co_await rota::create_server(std::ref(served), "127.0.0.1", std::uint16_t{0});
        auto client = co_await connect(server);
        co_await client.write("x");
        EXPECT_EQ(co_await client.read_exactly(1), "x");
        server.close();
        server.close_clients();
        co_await server.wait_closed();
        EXPECT_EQ(served.made.front()->calls, (strings{"made", "data", "lost"}));
        EXPECT_EQ(co_await client.read(), "");
        co_await client.close();
    });
}

TEST_P(CreateConnection, ManyAtOnceEachHaveTheirOwn) {
    run([]() -> coro<> {
        constexpr int many = 50;
        echoes served;
        auto server = co_await rota::create_server(std::ref(served), "127.0.0.1", std::uint16_t{0});
        auto const port = server.sockets().front().port();
        std::vector<rota::protocol_connection<recorder>> all;
        for (int number = 0; number < many; ++number) {
            auto made = co_await rota::create_connection(std::make_shared<recorder>, "127.0.0.1", port);
            made.transport.write(std::to_string(number));
            all.push_back(std::move(made));
        }
        for (int number = 0; number < many; ++number) {
            auto& each = all[static_cast<std::size_t>(number)];
            co_await until([&] { return each.protocol->data == std::to_string(number); });
            each.transport.close();
        }
        server.close();
        co_await server.wait_closed();
    });
}

}  // namespace
