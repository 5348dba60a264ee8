#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/io/stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// How to connect.
///
/// asyncio: the arguments of `open_connection`. Happy eyeballs are off there unless they are asked for.
struct connection_options {
    connection_options() = default;

    stream_options stream{};
    /// Sends small writes at once, without waiting for more.
    bool no_delay = true;
    /// Of several addresses: how long one is tried before the next is tried beside it (RFC 8305). `std::nullopt`: one after
    /// the other, however long each takes. One that fails is followed by the next at once.
    std::optional<clock::duration> happy_eyeballs_delay = std::chrono::milliseconds(250);
    /// How many addresses of the first one's family are tried before IPv6 and IPv4 take turns; 0 keeps the resolver's order.
    std::size_t interleave = 1;
    /// The address to connect from, port 0 for any; of family `unspecified` the kernel chooses.
    socket_address local_address{};
    /// What an error calls the place where several addresses failed; `host:port` where these were given.
    std::string name{};
};

/// Connects to `host`, a literal or a name, over TCP. Where a name has several addresses the first connection that comes
/// about is taken, and the other attempts are cancelled.
///
/// Errors: `name_error`; `system_error`, which names the address, or all that were tried and why each failed; its code is
/// that of the last one to fail.
/// Cancellation: nothing stays open.
/// asyncio: `open_connection`; it gives a reader and a writer.
[[nodiscard]] ROTA_API coro<stream> open_connection(std::string host, std::uint16_t port,
                                                    connection_options options = {});

/// The same to one of `addresses`, for who has looked them up already.
///
/// Errors: `usage_error` where there are none.
[[nodiscard]] ROTA_API coro<stream> open_connection(std::vector<socket_address> addresses,
                                                    connection_options options = {});

}  // namespace rota::inline v0
