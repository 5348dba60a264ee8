// Servers, cancelled at every point or short of memory: no handler is left, and nobody listens.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;
using rota::server;
using rota::stream;

constexpr std::uint16_t port = 8080;

/// What was opened is closed again: the next one can listen at the same place.
struct starts_a_server : scenario {
    int served = 0;
    coro<> handle(stream peer) {
        co_await read_to_the_end(peer);
        ++served;
    }
    coro<> subject() override {
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        auto listening = co_await rota::start_server(handler, "localhost", port);
        {
            auto client = co_await rota::open_connection("127.0.0.1", port);
            co_await client.write("x");
        }
        for (int i = 0; i < 100 && served == 0; ++i) co_await rota::sleep(1ms);
        listening.close();
        co_await listening.wait_closed();
        require(!listening.is_serving() && listening.sockets().empty(), "a closed server listens");
    }
    coro<> verify() override {
        // A destroyed server's socket closes when its accept has answered.
        co_await rota::sleep(1s);
        rota::server_options options;
        options.reuse_address = false;
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        auto again = co_await rota::start_server(handler, "127.0.0.1", port, options);
        again.close();
        co_await again.wait_closed();
    }
};
TEST(TortureServers, StartServer) { torture<starts_a_server>("start_server, server.wait_closed", several_seeds); }

struct serves_for_ever : scenario {
    server listening;
    int handlers = 0;
    bool serving = false;
    coro<> handle(stream peer) {
        counted const here(handlers);
        co_await peer.write("welcome");
        co_await read_to_the_end(peer);
    }
    coro<> subject() override {
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        listening = co_await rota::start_server(handler, "127.0.0.1", port);
        auto serve = listening.serve_forever();
        serving = true;
        co_await std::move(serve);
        serving = false;
        co_await listening.wait_closed();
    }
    bool expects(rota::exception_context const& told) const override { return is_lost_connection(told); }
    coro<> environment() override {
        while (!listening) co_await rota::sleep(1ms);
        try {
            auto client = co_await rota::open_connection("127.0.0.1", port);
            (void)co_await client.read_exactly(7);
            co_await client.close();
            auto const other = co_await rota::open_connection("127.0.0.1", port);
            co_await rota::sleep(1s);
        } catch (std::exception const&) {
            // The server was closed, or memory was short.
        }
        listening.close();
    }
    coro<> verify() override {
        if (!listening) co_return;
        if (serving) require(handlers == 0 && !listening.is_serving(), "it was left before its handlers had ended");
        listening.close();
        listening.close_clients();
        co_await listening.wait_closed();
        require(handlers == 0, "a handler runs after wait_closed");
    }
};
TEST(TortureServers, ServeForever) { torture<serves_for_ever>("server.serve_forever", several_seeds); }

struct serves_in_a_scope : scenario {
    int handlers = 0;
    rota::event was_seen;

    coro<> handle(stream peer) {
        counted const here(handlers);
        was_seen.set();
        co_await peer.write("welcome");
        co_await peer.read();
    }
    coro<> subject() override {
        struct check {
            serves_in_a_scope& of;
            ~check() { EXPECT_EQ(of.handlers, 0) << "a handler outlives the scope"; }
        } const checked{*this};
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        auto const body = [this](server&) -> coro<> {
            co_await was_seen.wait();
            co_await rota::sleep(1ms);
        };
        co_await rota::with_server(rota::start_server(handler, "127.0.0.1", port), body);
    }
    coro<> environment() override {
        try {
            co_await rota::sleep(1ms);
            auto client = co_await rota::open_connection("127.0.0.1", port);
            co_await client.read();
            co_await client.close();
        } catch (std::exception const&) {}
        // There is no server any more, or memory was short for the handler.
        was_seen.set();
    }
    coro<> verify() override {
        require(handlers == 0, "a handler runs after with_server");
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        auto again = co_await rota::start_server(handler, "127.0.0.1", port);
        again.close();
        co_await again.wait_closed();
    }
};
TEST(TortureServers, WithServer) { torture<serves_in_a_scope>("with_server", several_seeds); }

}  // namespace
