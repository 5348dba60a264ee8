#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/stream.hpp>

#include <string>

namespace rota::inline v0 {

/// Connects to the Unix socket at `path`; one that begins with a NUL is a name of Linux's own, which stands for no file.
/// Where the server's queue is full it waits until there is room.
///
/// Errors: `system_error` as in `connect /run/x: Connection refused`, which is also how a path is answered that nobody
/// listens at any more; for a path that can be none with EINVAL or ENAMETOOLONG.
/// Cancellation: nothing stays open.
/// asyncio: `open_unix_connection`; it gives a reader and a writer.
[[nodiscard]] ROTA_API coro<stream> open_unix_connection(std::string path, stream_options options = {});

}  // namespace rota::inline v0
