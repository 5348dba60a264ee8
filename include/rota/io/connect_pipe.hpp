#pragma once

#include <rota/base/export.hpp>
#include <rota/io/stream.hpp>

#include <string>

namespace rota::inline v0 {

/// A stream over a descriptor that the program has: the end of a pipe, a terminal, a socket, a file. It takes the
/// descriptor over, makes it non-blocking, and closes it in the end, non-blocking no more where it was not. `name` is how
/// error texts call it.
///
/// Others that have the same open file find it non-blocking meanwhile: a terminal's, say, which a shell and its
/// programs share.
///
/// Errors: `system_error` where it is no descriptor, or on a simulated engine (`ENOSYS`); `usage_error` without a loop.
/// asyncio: `loop.connect_read_pipe(protocol_factory, pipe)`.
ROTA_API stream connect_read_pipe(int descriptor, std::string name = {}, stream_options const& options = {});

/// The same of the end that is written to. Nobody reading any more is the error `EPIPE`, never the signal; `write_eof`
/// closes a pipe, which has no other way to end.
///
/// Errors: as above.
/// asyncio: `loop.connect_write_pipe(protocol_factory, pipe)`.
ROTA_API stream connect_write_pipe(int descriptor, std::string name = {}, stream_options const& options = {});

}  // namespace rota::inline v0
