#include <rota/tls/start_tls.hpp>

#include "tls_transport.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/with_shield.hpp>

#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0 {
namespace {

constexpr char const* handshake_name = "TLS handshake with";
/// How long a peer that is refused may take to hear of it.
constexpr clock::duration to_refuse = std::chrono::seconds(1);

coro<> send_all(stream& below, detail::byte_block& out) {
    if (out.empty()) co_return;
    co_await below.write(std::string_view(out.data(), out.size()));
    out.consume(out.size());
}

/// Sends the alert that says why. What the peer has sent meanwhile is read: a close over it would have the kernel reset the
/// connection, and the alert would be lost.
coro<> refuse(stream& below, detail::byte_block& alert) {
    co_await send_all(below, alert);
    co_await below.write_eof();
    constexpr std::size_t enough = std::size_t{64} * 1024;
    for (std::size_t taken = 0; taken < enough;) {
        std::string const piece = co_await below.read_some();
        if (piece.empty()) break;
        taken += piece.size();
    }
}

/// Once for a connection: here a coroutine may do it. What is put out last is left to be sent with what follows, so that two
/// peers who both have something to say at the end do not wait for each other.
coro<> shake_hands(stream& below, detail::tls_engine& tls) {
    for (;;) {
        auto const status = tls.handshake();
        if (status == detail::tls_status::done) co_return;
        if (status == detail::tls_status::failed) {
            auto const error = tls.failure(handshake_name, below.peer_name());
            try {
                co_await with_timeout(to_refuse, refuse(below, tls.out));
            } catch (system_error const&) {
                // The peer is gone; our reason is the one to tell.
            } catch (timeout_error const&) {
                // It does not go.
            }
            std::rethrow_exception(error);
        }
        co_await send_all(below, tls.out);
        if (status != detail::tls_status::wants_input) continue;
        bool const more = co_await below.fill();
        if (!more) tls.in_ended = true;
        auto const came = below.buffered();
        if (!tls.in.append(came)) throw std::bad_alloc();
        below.consume(came.size());
    }
}

coro<> shake_hands_within(stream& below, detail::tls_engine& tls, clock::duration limit) {
    try {
        co_await with_timeout(limit, shake_hands(below, tls));
    } catch (timeout_error const&) {
        std::string text = std::to_string(std::chrono::duration<double>(limit).count());
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) text.pop_back();
        throw ssl_error(ETIMEDOUT, handshake_name, below.peer_name(), "not done within " + text + " s");
    } catch (ssl_error const&) {
        throw;
    } catch (system_error const& error) {
        throw system_error(error.code().value(), handshake_name, below.peer_name());
    }
}

}  // namespace

coro<> start_tls(stream& connection, ssl_context context, tls_options options) {
    // Throws where somebody reads or writes.
    connection.exchange_transport([](std::unique_ptr<transport> same) { return same; });
    detail::tls_connection_ref session(new detail::tls_connection(
        context.state(), options.server_hostname, connection.peer_address().port(), options.ssl_shutdown_timeout));
    auto& started = *session;
    auto over = std::make_unique<detail::tls_transport>(std::move(session));
    auto& home = running_loop();
    stream below = std::move(connection);
    std::exception_ptr error;
    try {
        if (std::size_t const early = below.buffered().size(); early != 0)
            throw ssl_error(EPROTO, handshake_name, below.peer_name(),
                            std::to_string(early) + " bytes came in the clear before it; they may be anybody's");
        co_await shake_hands_within(below, started.engine(), options.ssl_handshake_timeout);
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        co_await with_shield(below.close());
        std::rethrow_exception(std::move(error));
    }
    below.exchange_transport([&](std::unique_ptr<transport> raw) {
        started.begin(std::move(raw), home);
        return std::move(over);
    });
    connection = std::move(below);
}

}  // namespace rota::inline v0
