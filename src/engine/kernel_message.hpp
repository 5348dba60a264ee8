// Operations on datagrams as the kernel wants them.
#pragma once

#include <rota/engine/operation.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <new>

namespace rota::inline v0::detail {

struct kernel_message {
    msghdr header;
    iovec piece;
};
static_assert(sizeof(kernel_message) <= sizeof(message_room) && alignof(kernel_message) <= alignof(message_room));

/// In the operation's own room, where the kernel may use it until it has answered.
inline msghdr* prepare_message(receive_from_operation& op) noexcept {
    auto* const made = ::new (op.room_of_engine.bytes.data()) kernel_message{};
    made->piece = {op.buffer, std::min<std::size_t>(op.length, INT_MAX)};
    made->header.msg_name = op.from.raw();
    made->header.msg_namelen = socket_address::raw_capacity();
    made->header.msg_iov = &made->piece;
    made->header.msg_iovlen = 1;
    return &made->header;
}

inline msghdr* prepare_message(send_to_operation& op) noexcept {
    auto* const made = ::new (op.room_of_engine.bytes.data()) kernel_message{};
    made->piece = {const_cast<void*>(op.data), std::min<std::size_t>(op.length, INT_MAX)};
    if (op.to.family() != address_family::unspecified) {
        made->header.msg_name = op.to.raw();
        made->header.msg_namelen = op.to.raw_length();
    }
    made->header.msg_iov = &made->piece;
    made->header.msg_iovlen = 1;
    return &made->header;
}

/// Reads what the kernel wrote beside the bytes.
inline void take_message(receive_from_operation& op) noexcept {
    auto const& header = std::launder(reinterpret_cast<kernel_message*>(op.room_of_engine.bytes.data()))->header;
    op.from.set_raw_length(header.msg_namelen);
    op.truncated = (header.msg_flags & MSG_TRUNC) != 0;
}

/// Whether nobody would tell when there is room: not of a Unix socket that one is not connected to.
inline bool goes_unwatched(send_to_operation const& op) noexcept { return op.to.family() == address_family::unix_path; }

}  // namespace rota::inline v0::detail
