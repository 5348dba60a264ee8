// The samples of the headers in io/ and net/.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace {

using rota::coro;

struct client : rota::protocol {
    void data_received(std::string_view data) override { said += data; }
    void connection_lost(std::exception_ptr) override { ended.set(); }
    std::string said;
    rota::event ended;
};

TEST(NetSamples, CreateConnection) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        auto const echo = [](rota::stream peer) -> coro<> {
            std::string const said = co_await peer.read_exactly(5);
            co_await peer.write(said);
            co_await peer.close();
        };
        auto server = co_await rota::start_server(echo, "127.0.0.1", 0);
        auto const port = server.sockets().front().port();
        auto made = co_await rota::create_connection([] { return std::make_shared<client>(); }, "127.0.0.1", port);
        made.transport.write("hello");
        co_await made.protocol->ended.wait();
        EXPECT_EQ(made.protocol->said, "hello");
        server.close();
    });
}

struct echo : rota::datagram_protocol {
    void connection_made(rota::datagram_transport const& made) override { transport = made; }
    void datagram_received(std::string_view data, rota::socket_address const& from) override {
        transport.sendto(data, from);
    }
    rota::datagram_transport transport;
};

TEST(NetSamples, CreateDatagramEndpoint) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        auto const local = rota::socket_address::from_literal("127.0.0.1", 0);
        auto made = co_await rota::create_datagram_endpoint([] { return std::make_shared<echo>(); }, local);
        auto asks = co_await rota::create_datagram_endpoint({}, made.transport.local_address());
        co_await asks.send("hello");
        EXPECT_EQ(co_await asks.receive(), "hello");
        made.transport.close();
        co_await asks.close();
    });
}

coro<> greets() {
    int guests = 0;
    auto const greet = [&](rota::stream peer) -> rota::coro<> { co_await peer.write(std::to_string(++guests)); };
    auto const serve = [](rota::server& server) -> rota::coro<> { co_await server.serve_forever(); };
    co_await rota::with_server(rota::start_server(greet, "127.0.0.1", 8080), serve);
}

TEST(NetSamples, WithServer) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        auto serving = rota::create_task(greets());
        co_await rota::sleep(std::chrono::milliseconds(1));
        auto guest = co_await rota::open_connection("127.0.0.1", 8080);
        EXPECT_EQ(co_await guest.read(), "1");
        co_await guest.close();
        serving.cancel();
        co_await rota::wait(serving);
        EXPECT_TRUE(serving.cancelled());
    });
}

TEST(NetSamples, CopyStream) {
    rota::run(rota::runner_options(rota::engine_kind::simulated), []() -> coro<> {
        auto left = rota::memory_stream_pair();
        auto right = rota::memory_stream_pair();
        auto const proxy = [](rota::stream& client, rota::stream& server) -> coro<> {
            co_await rota::gather(rota::copy_stream(client, server), rota::copy_stream(server, client));
        };
        auto const proxied = rota::create_task(proxy, std::ref(left.first), std::ref(right.first));
        co_await left.second.write("question");
        co_await left.second.write_eof();
        EXPECT_EQ(co_await right.second.read_exactly(8), "question");
        co_await right.second.write("answer");
        co_await right.second.write_eof();
        EXPECT_EQ(co_await left.second.read_exactly(6), "answer");
        co_await proxied;
    });
}

}  // namespace
