#pragma once

#include <rota/base/export.hpp>
#include <rota/io/stream.hpp>

namespace rota::inline v0 {

/// The program's standard input: a terminal, a pipe, a socket, a file; to be read by lines, say, while the loop goes on.
///
/// A terminal or pipe is opened once more for this, so that those who share it, the shell or other programs of a pipeline,
/// do not find it non-blocking. Where that is refused, and for a socket, they do until the stream is closed. Reads of a
/// file go on at its position, and hold the loop up for as long as the disk takes. Bytes that `std::cin` or `stdio` have
/// buffered are theirs: read with one of them.
///
///     auto input = rota::open_stdin();
///     while (true) {
///         auto const line = co_await input.read_line();
///         if (line.empty()) break;
///         lines.push_back(line);
///     }
///
/// Errors: `system_error` where it is closed, or on a simulated engine (`ENOSYS`); `usage_error` without a loop.
/// asyncio: `connect_read_pipe` of `sys.stdin`, which leaves a terminal non-blocking.
ROTA_API stream open_stdin(stream_options const& options = {});

/// The standard output, which waits where a pipe's reader is slow instead of holding the loop up. Nobody reading any more is
/// the error `EPIPE`, and no signal. What `stdio` has buffered comes behind or before it: flush first.
///
/// Errors: as above.
/// asyncio: `connect_write_pipe` of `sys.stdout`.
ROTA_API stream open_stdout(stream_options const& options = {});
/// The same of standard error.
///
/// Errors: as above.
/// asyncio: `connect_write_pipe` of `sys.stderr`.
ROTA_API stream open_stderr(stream_options const& options = {});

}  // namespace rota::inline v0
