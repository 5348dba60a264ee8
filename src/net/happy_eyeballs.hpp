// One connection out of several addresses: RFC 8305.
#pragma once

#include <rota/net/open_connection.hpp>

#include <cstddef>
#include <vector>

namespace rota::inline v0::detail {

/// The order in which to try them: the first `first` addresses of the first one's family, then the families take turns.
std::vector<socket_address> interleave_families(std::vector<socket_address> addresses, std::size_t first);

/// The first connection that comes about.
coro<stream> connect_first(std::vector<socket_address> addresses, connection_options options);

}  // namespace rota::inline v0::detail
