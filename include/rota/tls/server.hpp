#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/net/server.hpp>
#include <rota/tls/start_tls.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace detail {

/// Does the handshake first, then hands the stream on.
ROTA_API std::unique_ptr<connection_handler> make_tls_handler(std::unique_ptr<connection_handler> then,
                                                              ssl_context const& context, tls_options tls);

}  // namespace detail

/// `start_server` over TLS: the handler gets streams whose handshake is done. Handshakes go on beside each other and hold up
/// nobody else; of one that fails the loop's exception handler is told, and the connection is closed.
///
/// Errors: those of `start_server` over TCP; `usage_error` where `context` is a client's or has no certificate.
/// Cancellation: nothing stays open.
/// asyncio: `start_server(ssl=...)`; it tells of a handshake that failed in debug mode only.
template <class F>
[[nodiscard]] coro<server> start_server(F&& handler, std::string host, std::uint16_t port, ssl_context context,
                                        server_options options = {}, tls_options tls = {}) {
    std::vector<std::string> hosts;
    hosts.push_back(std::move(host));
    auto secured = detail::make_tls_handler(detail::make_handler(std::forward<F>(handler)), context, std::move(tls));
    return detail::open_server(std::move(secured), std::move(hosts), port, std::move(options));
}

}  // namespace rota::inline v0
