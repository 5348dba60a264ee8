// Addresses of the simulated network.
#pragma once

#include <rota/engine/socket_address.hpp>

#include <array>
#include <cstdint>
#include <memory>

namespace rota::inline v0::simulation {

struct simulated_socket;

/// A name that Unix sockets can be found by.
struct unix_name {
    socket_address address{};
    /// No other has it.
    std::uint64_t number = 0;
    /// Null once that socket is closed: a path is still there then.
    simulated_socket* bound = nullptr;
};

/// An IPv6 address and a port; IPv4 stands as `::ffff:a.b.c.d`, so that sockets of both families compare. Of a Unix socket
/// the name.
struct endpoint {
    std::array<std::uint8_t, 16> host{};
    std::uint16_t port = 0;
    std::shared_ptr<unix_name> name{};

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
