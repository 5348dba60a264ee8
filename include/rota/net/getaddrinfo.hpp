#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/socket_address.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace rota::inline v0 {

/// A name that has no address: `resolve no.such.host: Name or service not known`. The code is one of the resolver's, its
/// text the one of `gai_strerror`.
///
/// asyncio: `socket.gaierror`.
class ROTA_API name_error : public std::system_error {
public:
    name_error(int resolver_code, std::string host);

    /// The name that was looked up.
    std::string const& host() const noexcept { return host_; }

private:
    std::string host_;
};

/// The addresses of a host, in the order in which to try them. Literals (`127.0.0.1`, `::1`) are answered at once, and so
/// are the names in `/etc/hosts`, in its order, where the system looks there first (`files` in `/etc/nsswitch.conf`); others
/// by the system's resolver on threads of their own, 16 at most. In simulation only `localhost` has an address, 127.0.0.1.
///
/// Errors: `name_error`; `system_error` where no thread can be started.
/// Cancellation: raises at once; the resolver is left to itself.
/// asyncio: `loop.getaddrinfo`, for stream sockets.
[[nodiscard]] ROTA_API coro<std::vector<socket_address>> getaddrinfo(
    std::string host, std::uint16_t port, address_family family = address_family::unspecified);

}  // namespace rota::inline v0
