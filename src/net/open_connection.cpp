#include <rota/net/open_connection.hpp>

#include "happy_eyeballs.hpp"

#include <rota/net/getaddrinfo.hpp>

#include <utility>

namespace rota::inline v0 {

coro<stream> open_connection(std::string host, std::uint16_t port, connection_options options) {
    auto addresses = co_await getaddrinfo(host, port);
    if (options.name.empty()) options.name = host + ":" + std::to_string(port);
    co_return co_await detail::connect_first(std::move(addresses), std::move(options));
}

coro<stream> open_connection(std::vector<socket_address> addresses, connection_options options) {
    if (options.name.empty()) options.name = "any of " + std::to_string(addresses.size()) + " addresses";
    co_return co_await detail::connect_first(std::move(addresses), std::move(options));
}

}  // namespace rota::inline v0
