#pragma once

#include <rota/base/export.hpp>
#include <rota/io/stream.hpp>

#include <cstddef>
#include <utility>

namespace rota::inline v0 {

/// Two connected streams in memory, for tests: what is written to one is read from the other. Each way holds `capacity`
/// bytes (64 KiB); a writer waits while it is full, so nothing grows without bound.
///
/// Errors: `usage_error` for a capacity of 0 and where no loop runs. A write to a closed end: `system_error` with `EPIPE`.
/// Cancellation: nothing waits here.
/// asyncio: has nothing like it; tests make a socket pair.
ROTA_API std::pair<stream, stream> memory_stream_pair(std::size_t capacity = std::size_t{64} * 1024,
                                                      stream_options const& options = {});

}  // namespace rota::inline v0
