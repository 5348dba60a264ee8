// TLS cancelled at every point, or short of memory: no byte that came is lost, no connection stays open.
#include "torture_kit.hpp"

#include "tls/tls_kit.hpp"

namespace {

using namespace torture_kit;
using rota::stream;
using tls_kit::tls_pair;

/// Each run has contexts of its own: a session that was kept would make it another run.
struct with_contexts : scenario {
    rota::ssl_context client = tls_kit::client_context();
    rota::ssl_context server = tls_kit::server_context();
    rota::tls_options options{"localhost"};
};

/// Answers a line, and ends when the other side does, however.
coro<> answer_a_line(stream& peer, rota::ssl_context const& context, rota::tls_options const& options) {
    try {
        co_await rota::start_tls(peer, context, options);
        co_await peer.write(co_await peer.read_line());
        (void)co_await peer.read();
    } catch (std::exception const&) {
        // The other side was stopped, or memory was short.
    }
    if (peer) co_await peer.close();
}

struct starts_tls : with_contexts {
    tls_pair both = tls_kit::memory_pair();
    bool ended = false;

    coro<> environment() override {
        co_await answer_a_line(both.server, server, options);
        ended = true;
    }
    coro<> subject() override {
        co_await rota::start_tls(both.client, client, options);
        co_await both.client.write("a line\n");
        require(co_await both.client.read_line() == "a line\n", "a wrong answer");
        co_await both.client.close();
    }
    coro<> verify() override {
        if (both.client) co_await both.client.close();
        for (int i = 0; i < 100 && !ended; ++i) co_await rota::sleep(1s);
        require(ended || environment_failed(), "the other side was not told");
    }
};
TEST(TortureTls, StartTls) { torture<starts_tls>("start_tls"); }

struct reads_over_tls : with_contexts {
    tls_pair both = tls_kit::memory_pair();
    std::string got;
    bool connected = false;
    bool out_of_memory = false;

    coro<> environment() override {
        try {
            co_await tls_kit::start_both(both, client, server, options);
            connected = true;
            for (char const* word : {"one ", "two ", "three"}) {
                co_await both.server.write(word);
                co_await rota::sleep(1ms);
            }
            co_await both.server.write_eof();
        } catch (std::exception const&) {
            out_of_memory = true;
        }
    }
    coro<> subject() override {
        while (!connected && !out_of_memory) co_await rota::sleep(1ms);
        while (connected) {
            std::string const piece = co_await both.client.read_some(3);
            if (piece.empty()) break;
            got += piece;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        for (int i = 0; i < 100 && !connected && !out_of_memory; ++i) co_await rota::sleep(1ms);
        if (!out_of_memory) {
            got += co_await both.client.read();
            require(got == "one two three", "bytes are lost");
        }
        if (both.client && both.server) co_await tls_kit::close_both(both);
    }
};
TEST(TortureTls, AReadLosesNoByte) { torture<reads_over_tls>("start_tls/reads"); }

constexpr std::uint16_t port = 8443;

struct serves_over_tls : with_contexts {
    rota::server listening;
    int handlers = 0;

    coro<> handle(stream peer) {
        counted const here(handlers);
        co_await peer.write(co_await peer.read_line());
        (void)co_await peer.read();
        co_await peer.close();
    }
    coro<> subject() override {
        auto handler = [this](stream peer) { return handle(std::move(peer)); };
        listening = co_await rota::start_server(handler, "127.0.0.1", port, server);
        auto peer = co_await rota::open_connection("localhost", port, client);
        co_await peer.write("a line\n");
        require(co_await peer.read_line() == "a line\n", "a wrong answer");
        co_await peer.close();
    }
    // The other side of what memory was too short for.
    bool expects(rota::exception_context const& told) const override {
        return is_lost_connection(told) || told.message.starts_with("the TLS handshake of the connection") ||
               (told.message.starts_with("the handler of the connection") && is_cut(told.exception));
    }
    static bool is_cut(std::exception_ptr const& error) {
        try {
            std::rethrow_exception(error);
        } catch (rota::ssl_eof_error const&) {
            return true;
        } catch (...) {
            return false;
        }
    }
    coro<> verify() override {
        if (listening) {
            listening.close();
            co_await listening.wait_closed();
        }
        require(handlers == 0, "a handler runs after wait_closed");
    }
};
TEST(TortureTls, ClientAndServer) { torture<serves_over_tls>("open_connection, start_server/tls"); }

}  // namespace
