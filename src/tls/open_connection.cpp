#include <rota/tls/open_connection.hpp>

#include <utility>

namespace rota::inline v0 {

coro<stream> open_connection(std::string host, std::uint16_t port, ssl_context context, connection_options options,
                             tls_options tls) {
    if (tls.server_hostname.empty()) tls.server_hostname = host;
    stream made = co_await open_connection(std::move(host), port, std::move(options));
    co_await start_tls(made, context, std::move(tls));
    co_return made;
}

coro<stream> open_connection(std::vector<socket_address> addresses, ssl_context context, connection_options options,
                             tls_options tls) {
    stream made = co_await open_connection(std::move(addresses), std::move(options));
    co_await start_tls(made, context, std::move(tls));
    co_return made;
}

}  // namespace rota::inline v0
