// Connections for `https://`, where Rota is built with TLS.
#pragma once

#include <rota/core/coro.hpp>
#include <rota/http/url.hpp>
#include <rota/net/open_connection.hpp>

#include <memory>
#include <vector>

namespace rota::inline v0 {

class ssl_context;

namespace http::detail {

/// What a session uses where it was given none. Throws `url_error` where Rota is built without TLS.
std::shared_ptr<ssl_context const> make_ssl_context();

/// To the server that `address` names, at one of `candidates`.
coro<stream> open_secure_connection(std::vector<socket_address> candidates, url const& address,
                                    std::shared_ptr<ssl_context const> ssl, connection_options options);

}  // namespace http::detail
}  // namespace rota::inline v0
