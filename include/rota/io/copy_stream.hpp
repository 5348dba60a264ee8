#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/stream.hpp>

#include <cstdint>

namespace rota::inline v0 {

/// Writes all that comes from `from` to `to`, until `from` ends, and gives how many bytes that were. Both stay open, and both
/// must live until the await ends; nobody else reads `from` meanwhile. No more than its buffer is held at a time: `from` is
/// read when `to` has taken what was there.
///
///     co_await rota::gather(rota::copy_stream(client, server), rota::copy_stream(server, client));
///
/// Errors: those of the two streams; what `to` had not taken whole is still to be read from `from`.
/// Cancellation: what `to` had not taken whole is still to be read from `from`; of a write that was left half-way the next one
/// to `to` tells.
/// asyncio: has nothing like it; a loop of `read`, `write` and `drain`.
[[nodiscard]] ROTA_API coro<std::uint64_t> copy_stream(stream& from, stream& to);

}  // namespace rota::inline v0
