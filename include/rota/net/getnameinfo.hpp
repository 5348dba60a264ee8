#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/socket_address.hpp>

#include <cstdint>
#include <string>

namespace rota::inline v0 {

/// The names of an address.
///
/// asyncio: the pair that `getnameinfo` gives.
struct name_info {
    /// As `localhost`, or as a number where it has no name.
    std::string host;
    /// As `http`, or as a number.
    std::string service;
};

/// How `getnameinfo` is to answer; to be combined with `|`.
///
/// asyncio: `socket.NI_NUMERICHOST` and its kin.
enum class name_flags : std::uint8_t {
    none = 0,
    /// The host as a number. With `numeric_service` nothing is looked up.
    numeric_host = 1,
    /// The service as a number.
    numeric_service = 2,
    /// A host without a name is a `name_error`.
    name_required = 4,
    /// The service of datagrams, where it has another name than that of streams.
    datagram = 8,
};
constexpr name_flags operator|(name_flags a, name_flags b) noexcept {
    return static_cast<name_flags>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// What the host and the service of an address are called: by the system's resolver, on the threads that look up names. In
/// simulation only 127.0.0.1 has a name, and no service.
///
/// Errors: `name_error`, as in `resolve 192.0.2.1:80: Name or service not known`; of a Unix address, too. `system_error` where
/// no thread can be started.
/// Cancellation: raises at once; the resolver is left to itself.
/// asyncio: `loop.getnameinfo`.
[[nodiscard]] ROTA_API coro<name_info> getnameinfo(socket_address of, name_flags flags = name_flags::none);

}  // namespace rota::inline v0
