// What the tests of TLS share.
#pragma once

#include "io/io_kit.hpp"
#include "tls/certificates.hpp"

#include <rota/combine/gather.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/io/stream.hpp>
#include <rota/tls.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

namespace tls_kit {

using namespace io_kit;

/// Reading the system's roots takes long, and no test needs them.
inline bool const without_roots = [] {
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    return true;
}();

/// The authority that the tests trust, and what it has issued for `localhost`.
inline authority const& trusted_authority() {
    static authority const one;
    return one;
}
inline identity const& localhost() {
    static identity const one =
        trusted_authority().issue(certificate_plan("localhost", "DNS:localhost,IP:127.0.0.1,IP:::1"));
    return one;
}

inline rota::ssl_context server_context(identity const& own = localhost()) {
    auto context = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
    context.load_cert_chain_data(own.certificates, own.key);
    return context;
}

/// Trusts the authority, and nobody else that matters.
inline rota::ssl_context client_context() {
    auto context = rota::create_default_ssl_context();
    context.load_verify_data(trusted_authority().pem());
    return context;
}

/// Two ends of a TLS connection over memory.
struct tls_pair {
    rota::stream client;
    rota::stream server;
};

inline rota::coro<> start_both(tls_pair& both, rota::ssl_context client, rota::ssl_context server,
                               rota::tls_options options = rota::tls_options("localhost")) {
    co_await rota::gather(rota::start_tls(both.client, client, options), rota::start_tls(both.server, server, options));
}

inline tls_pair memory_pair(std::size_t capacity = std::size_t{64} * 1024) {
    auto raw = rota::memory_stream_pair(capacity);
    return {std::move(raw.first), std::move(raw.second)};
}

/// Over memory, with the handshake done.
inline rota::coro<tls_pair> connected(rota::ssl_context client = client_context(),
                                      rota::ssl_context server = server_context()) {
    auto both = memory_pair();
    co_await start_both(both, client, server);
    co_return both;
}

/// Two ends with somebody in the middle, who can cut the connection and change what is on it.
class middle {
public:
    explicit middle(std::size_t capacity = std::size_t{64} * 1024, std::size_t piece = std::size_t{64} * 1024)
        : piece_(piece) {
        auto first = rota::memory_stream_pair(capacity);
        auto second = rota::memory_stream_pair(capacity);
        ends.client = std::move(first.first);
        ends.server = std::move(second.first);
        client_side_ = std::move(first.second);
        server_side_ = std::move(second.second);
        there_ = rota::create_task([this] { return carry(client_side_, server_side_); });
        back_ = rota::create_task([this] { return carry(server_side_, client_side_); });
    }
    middle(middle const&) = delete;
    middle& operator=(middle const&) = delete;

    /// As a connection that breaks: neither end is told that the other wanted it.
    rota::coro<> cut() {
        co_await client_side_.close();
        co_await server_side_.close();
        co_await there_;
        co_await back_;
    }

    tls_pair ends;
    bool change_next = false;
    /// How many bytes it carries, of both directions together.
    std::size_t cut_after = std::size_t(-1);

private:
    rota::coro<> carry(rota::stream& from, rota::stream& to) {
        try {
            while (true) {
                std::string piece = co_await from.read_some(piece_);
                if (piece.empty()) break;
                if (std::exchange(change_next, false)) piece.back() = static_cast<char>(piece.back() ^ 1);
                bool const last = piece.size() >= cut_after;
                piece.resize(std::min(piece.size(), cut_after));
                cut_after -= piece.size();
                co_await to.write(piece);
                if (!last) continue;
                co_await client_side_.close();
                co_await server_side_.close();
                break;
            }
            if (!to.is_closing()) co_await to.write_eof();
        } catch (rota::system_error const&) {
            // It was cut.
        }
    }

    std::size_t piece_;
    rota::stream client_side_;
    rota::stream server_side_;
    rota::task<> there_;
    rota::task<> back_;
};

/// Closes both ends at once.
inline rota::coro<> close_both(tls_pair& both) { co_await rota::gather(both.client.close(), both.server.close()); }

}  // namespace tls_kit
