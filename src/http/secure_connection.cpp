#include "secure_connection.hpp"

#include <rota/http/errors.hpp>

#if ROTA_HTTP_OVER_TLS
#include <rota/tls/open_connection.hpp>
#endif

#include <utility>

namespace rota::inline v0::http::detail {

#if ROTA_HTTP_OVER_TLS

std::shared_ptr<ssl_context const> make_ssl_context() {
    auto made = std::make_shared<ssl_context>(create_default_ssl_context());
    made->set_alpn_protocols({"http/1.1"});
    return made;
}

coro<stream> open_secure_connection(std::vector<socket_address> candidates, url const& address,
                                    std::shared_ptr<ssl_context const> ssl, connection_options options) {
    tls_options tls(address.host());
    co_return co_await open_connection(std::move(candidates), *ssl, std::move(options), std::move(tls));
}

#else

namespace {

[[noreturn]] void refuse() { throw url_error("https is not supported: this Rota is built without TLS"); }

}  // namespace

std::shared_ptr<ssl_context const> make_ssl_context() { refuse(); }

coro<stream> open_secure_connection(std::vector<socket_address>, url const&, std::shared_ptr<ssl_context const>,
                                    connection_options) {
    refuse();
}

#endif

}  // namespace rota::inline v0::http::detail
