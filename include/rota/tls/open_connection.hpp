#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/tls/start_tls.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// Connects to `host` over TCP and TLS. The server's certificate must be for `host`, or for `server_hostname` where the
/// options give one.
///
/// Errors: those of `open_connection` over TCP, and of `start_tls`.
/// Cancellation: nothing stays open.
/// asyncio: `open_connection(ssl=...)`.
[[nodiscard]] ROTA_API coro<stream> open_connection(std::string host, std::uint16_t port, ssl_context context,
                                                    connection_options options = {}, tls_options tls = {});

/// The same to one of `addresses`: `tls` must name the server where the context checks names.
[[nodiscard]] ROTA_API coro<stream> open_connection(std::vector<socket_address> addresses, ssl_context context,
                                                    connection_options options = {}, tls_options tls = {});

}  // namespace rota::inline v0
