#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/stream.hpp>

#include <cstdint>
#include <string>

namespace rota::inline v0 {

/// How to connect.
///
/// asyncio: the arguments of `open_connection`.
struct connection_options {
    connection_options() = default;

    stream_options stream{};
    /// Sends small writes at once, without waiting for more.
    bool no_delay = true;
};

/// Connects to `host`, a literal or a name, over TCP. Where a name has several addresses they are tried in order.
///
/// Errors: `name_error`; `system_error`, which names the address, or all that were tried and why each failed; its code is
/// the last one's.
/// Cancellation: nothing stays open.
/// asyncio: `open_connection`; it gives a reader and a writer.
[[nodiscard]] ROTA_API coro<stream> open_connection(std::string host, std::uint16_t port,
                                                    connection_options options = {});

}  // namespace rota::inline v0
