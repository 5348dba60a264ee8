// Operations on datagrams as the kernel wants them.
#pragma once

#include <rota/engine/operation.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
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

/// Reads what the kernel wrote beside the bytes.
inline void take_message(receive_from_operation& op) noexcept {
    auto const& header = std::launder(reinterpret_cast<kernel_message*>(op.room_of_engine.bytes.data()))->header;
    op.from.set_raw_length(header.msg_namelen);
    op.truncated = (header.msg_flags & MSG_TRUNC) != 0;
}

/// A negative errno where it failed.
inline std::int32_t receive_message(int descriptor, receive_from_operation& op) noexcept {
    auto const count = ::recvmsg(descriptor, prepare_message(op), 0);
    if (count < 0) return -errno;
    take_message(op);
    return static_cast<std::int32_t>(count);
}

/// By a cheaper call, of a socket for datagrams alone: its answer is the datagram's own length there, while a stream's bytes
/// would be thrown away. A negative errno where it failed.
inline std::int32_t receive_datagram(int descriptor, receive_from_operation& op) noexcept {
    auto const room = std::min<std::size_t>(op.length, INT_MAX);
    socklen_t name_length = socket_address::raw_capacity();
    auto const length = ::recvfrom(descriptor, op.buffer, room, MSG_TRUNC | MSG_DONTWAIT,
                                   static_cast<sockaddr*>(op.from.raw()), &name_length);
    if (length < 0) return -errno;
    op.from.set_raw_length(name_length);
    op.truncated = static_cast<std::size_t>(length) > room;
    return static_cast<std::int32_t>(std::min<std::size_t>(static_cast<std::size_t>(length), room));
}

/// A negative errno where it failed.
inline std::int32_t send_message(int descriptor, send_to_operation const& op) noexcept {
    bool const named = op.to.family() != address_family::unspecified;
    auto const count =
        ::sendto(descriptor, op.data, std::min<std::size_t>(op.length, INT_MAX), MSG_NOSIGNAL | MSG_DONTWAIT,
                 named ? static_cast<sockaddr const*>(op.to.raw()) : nullptr, named ? op.to.raw_length() : 0);
    return count < 0 ? -errno : static_cast<std::int32_t>(count);
}

/// Whether nobody would tell when there is room: not of a Unix socket that one is not connected to.
inline bool goes_unwatched(send_to_operation const& op) noexcept { return op.to.family() == address_family::unix_path; }

}  // namespace rota::inline v0::detail
