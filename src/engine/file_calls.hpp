// The kernel's calls for files, as the engines that run on a kernel make them: in place, on the pool, or as flags for a ring.
#pragma once

#include <rota/engine/file_operation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace rota::inline v0::detail {

inline bool is_file_operation(operation const& op) noexcept {
    return op.code() >= opcode::open_file && op.code() <= opcode::file_call;
}
/// Its result is a descriptor first.
inline bool opens_file(operation const& op) noexcept {
    return op.code() == opcode::open_file ||
           (op.code() == opcode::file_call && static_cast<file_call_operation const&>(op).action == file_action::watch);
}
/// It means an open file, and not a path.
bool needs_handle(file_operation const& op) noexcept;
/// A transfer of nothing, which is finished with 0.
bool asks_for_no_bytes(file_operation& op) noexcept;

/// The kernel moves no more at once, and takes no length that its counts can not tell.
inline std::uint32_t transfer_size(std::size_t asked) noexcept {
    return static_cast<std::uint32_t>(std::min<std::size_t>(asked, 0x7fff'f000));
}
int kernel_flags(open_flags flags) noexcept;

/// Does what the operation asks for, and blocks meanwhile: the work of a thread of the pool. Of an open the result is the
/// descriptor.
void do_file_call(blocking_operation& op) noexcept;
/// Reads what can be had without waiting for a disk. Not positive: something else, or the end; to be asked again by a call
/// that may wait.
std::int32_t read_cached(read_at_operation& op) noexcept;
/// Fills the status of what was opened; a negative errno where it is not what was meant.
std::int32_t inspect_opened(open_file_operation& op, int descriptor) noexcept;
/// Takes what has happened; `-EAGAIN` where nothing has.
std::int32_t read_watch(watch_operation& op, int descriptor) noexcept;

}  // namespace rota::inline v0::detail
