// What is done to descriptors that are no sockets: calls that never wait, and never raise SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rota::inline v0::detail {

/// 1: it was blocking; 0: it was not; or a negative errno.
int set_blocking(int descriptor, bool blocking) noexcept;
bool descriptor_is_socket(int descriptor) noexcept;
/// Whether a read or a write would not wait.
bool descriptor_is_ready(int descriptor, bool for_reading) noexcept;
/// Another descriptor for what a terminal or pipe leads to, with an open file of its own; else one that shares it. Or a
/// negative errno.
int open_again(int descriptor, bool for_reading) noexcept;
void close_descriptor(int descriptor) noexcept;

/// A count, 0 at the end, or a negative errno.
std::int32_t read_descriptor(int descriptor, void* into, std::size_t room) noexcept;

/// The same of a write. A pipe that nobody reads answers EPIPE, and the signal does not come: the kernel is asked not to
/// send it (6.18), or it is taken back before this thread can get it. The program's disposition of SIGPIPE stays as it is.
std::int32_t write_descriptor(int descriptor, void const* from, std::size_t bytes) noexcept;
/// As on kernels that can not be asked.
std::int32_t write_holding_signal(int descriptor, void const* from, std::size_t bytes) noexcept;

}  // namespace rota::inline v0::detail
