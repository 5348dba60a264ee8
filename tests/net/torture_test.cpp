// Cancels at every step, and every allocation failing once, over the simulated network.
#include "net/net_kit.hpp"

#include <rota/core/result.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/net/getaddrinfo.hpp>
#include <rota/testing/torture.hpp>

#include <exception>
#include <memory>
#include <string>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;
using rota::testing::scenario;

template <class Scenario>
void torture() {
    auto const make = [] { return std::make_unique<Scenario>(); };
    for (std::uint64_t seed : {0U, 1U, 2U}) {
        EXPECT_GT(rota::testing::cancel_torture(make, seed).stopped, 0U);
        EXPECT_GT(rota::testing::allocation_torture(make, seed).stopped, 0U);
    }
}

coro<> answer(stream peer) {
    co_await peer.write(co_await peer.read_line());
    co_await peer.close();
}

/// A server at a port that is known before it listens.
struct with_server : scenario {
    static constexpr std::uint16_t port = 4567;
    rota::server server;

    coro<> environment() override {
        server = co_await rota::start_server(answer, "127.0.0.1", port);
        co_await server.serve_forever();
    }
    coro<> check_server() {
        auto client = co_await rota::open_connection("127.0.0.1", port);
        co_await client.write("still there\n");
        require(co_await client.read() == "still there\n", "the server is broken");
    }
};

struct client_of_a_server : with_server {
    coro<> subject() override {
        auto client = co_await rota::open_connection("localhost", port);
        co_await client.write("ask\n");
        require(co_await client.read_line() == "ask\n", "a wrong answer");
        require((co_await client.read()).empty(), "too much of an answer");
        co_await client.close();
    }
    coro<> verify() override {
        if (environment_failed()) co_return;
        co_await check_server();
    }
};
TEST(NetTorture, AClientOfAServer) { torture<client_of_a_server>(); }

struct served_until_cancelled : scenario {
    static constexpr std::uint16_t port = 4567;
    int answered = 0;

    coro<> subject() override {
        auto server = co_await rota::start_server(answer, "127.0.0.1", port);
        auto close = [&]() -> coro<> {
            try {
                auto client = co_await rota::open_connection("127.0.0.1", port);
                co_await client.write("x\n");
                auto const answer = co_await client.read();
                if (answer == "x\n") ++answered;
            } catch (std::exception const&) {
                // Memory was short.
            }
            server.close();
        };
        auto const closing = rota::create_task(close());
        std::exception_ptr error;
        try {
            co_await server.serve_forever();
        } catch (rota::cancelled_error const&) {
            error = std::current_exception();
        }
        closing.cancel();
        (void)co_await rota::with_shield(rota::as_result(closing));
        co_await rota::with_shield(server.wait_closed());
        if (error) std::rethrow_exception(error);
    }
    coro<> verify() override {
        // The port is free again.
        auto server = co_await rota::start_server(answer, "127.0.0.1", port);
    }
};
TEST(NetTorture, AServerThatIsClosedOrCancelled) { torture<served_until_cancelled>(); }

struct name_look_up : scenario {
    coro<> subject() override {
        require((co_await rota::getaddrinfo("localhost", 1)).size() == 1, "no address");
        co_await rota::yield();
    }
};
TEST(NetTorture, ALookUp) { torture<name_look_up>(); }

}  // namespace
