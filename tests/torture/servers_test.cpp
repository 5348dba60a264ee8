// A server in a scope, cancelled at every point or short of memory: no handler is left, and nobody listens.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;
using rota::server;
using rota::stream;

constexpr std::uint16_t port = 8080;

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
