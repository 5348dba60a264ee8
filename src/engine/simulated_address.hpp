// Addresses of the simulated network.
#pragma once

#include <rota/engine/socket_address.hpp>

#include <array>
#include <cstdint>

namespace rota::inline v0::simulation {

/// An IPv6 address and a port; IPv4 stands as `::ffff:a.b.c.d`, so that sockets of both families compare.
struct endpoint {
    std::array<std::uint8_t, 16> host{};
    std::uint16_t port = 0;

    static endpoint any(address_family family) noexcept;
    static endpoint loopback(address_family family) noexcept;

    bool is_ipv4() const noexcept;
    bool is_any() const noexcept;
    bool is_loopback() const noexcept;
};

/// Reads `address` as Linux would for a socket of `family`: 0, `-EINVAL` or `-EAFNOSUPPORT`.
std::int32_t read_address(address_family family, socket_address const& address, endpoint& read) noexcept;
/// As a socket of `family` shows it.
socket_address write_address(address_family family, endpoint const& from) noexcept;

}  // namespace rota::inline v0::simulation
