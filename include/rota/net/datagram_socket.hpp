#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/net/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0 {

/// How a datagram endpoint is to be made.
///
/// asyncio: the arguments of `create_datagram_endpoint`.
struct datagram_options {
    datagram_options() = default;

    /// Lets several sockets receive at one address; the kernel shares the senders out.
    bool reuse_port = false;
    /// Lets it send to broadcast addresses.
    bool allow_broadcast = false;
    /// How many bytes may wait to be received, or to be sent; 0 is the kernel's own choice. What comes when there is no room
    /// for it is lost.
    int receive_buffer = 0;
    int send_buffer = 0;
    /// Where it is to be when its peer is found by name; of family `unspecified` the kernel chooses.
    socket_address local_address{};
};

/// Messages over UDP or a Unix socket. Each comes whole or not at all, also one of no bytes; over UDP they may get lost, come
/// twice, or overtake each other. Nothing is queued but by the kernel, which drops what UDP brings when its room is full, so
/// a task that does not receive costs no memory. Move-only; empty by default. Its destructor closes it.
///
/// A peer's machine may answer that nobody receives there: a socket that is connected is told so by its next call, with
/// ECONNREFUSED. Any number of tasks may receive and send at once; they are served in their order.
///
/// asyncio: the transport and the protocol of `create_datagram_endpoint`: `datagram_received` and `error_received` are what
/// `receive_from` gives and throws.
class ROTA_API datagram_socket {
public:
    datagram_socket() = default;
    /// Of a socket that one has set up oneself. Throws `usage_error` where it is none for datagrams.
    explicit datagram_socket(socket over);

    explicit operator bool() const noexcept { return static_cast<bool>(socket_); }

    /// Sends `data` to the peer it is connected to; it must live until the await ends.
    ///
    /// Errors: `system_error`: EMSGSIZE where it is too long, ECONNREFUSED for an earlier one.
    /// Cancellation: it was not sent.
    /// asyncio: `DatagramTransport.sendto` without an address, which queues without a limit.
    [[nodiscard]] detail::socket_send_awaiter send(std::string_view data);
    /// Sends it to `to`. Where that is a Unix socket whose queue is full, it waits and tries again.
    ///
    /// Errors: as above.
    /// Cancellation: it was not sent.
    /// asyncio: `DatagramTransport.sendto`.
    [[nodiscard]] detail::socket_send_awaiter send_to(std::string_view data, socket_address const& to);

    /// The next message. Its room is taken when it is awaited, and given back but for what came.
    ///
    /// Errors: `system_error`: EMSGSIZE where it was longer than `most`, and is lost; ECONNREFUSED for an earlier send.
    /// Cancellation: loses no message.
    /// asyncio: `DatagramProtocol.datagram_received`.
    [[nodiscard]] detail::datagram_receive_awaiter receive(std::size_t most = longest);
    /// The same with who sent it; one that is longer than `most` comes cut, and says so.
    ///
    /// Cancellation: loses no message.
    /// asyncio: `DatagramProtocol.datagram_received`.
    [[nodiscard]] detail::socket_recvfrom_awaiter receive_from(std::size_t most = longest);
    /// The same into memory of the caller's.
    ///
    /// Cancellation: loses no message.
    /// asyncio: has nothing like it.
    [[nodiscard]] detail::socket_recvfrom_into_awaiter receive_into(std::span<char> room);

    /// Closes it, and waits until that is done. Who waits on it gets an error.
    ///
    /// Cancellation: it is closed in any case.
    /// asyncio: `DatagramTransport.close`.
    [[nodiscard]] detail::socket_close_awaiter close() { return socket_.close(); }

    /// Where it is, and whom it is connected to; of family `unspecified` where there is none.
    socket_address local_address() const { return socket_.local_address(); }
    socket_address peer_address() const { return socket_.peer_address(); }

    /// What is beneath it.
    ///
    /// asyncio: `get_extra_info("socket")`.
    socket& as_socket() noexcept { return socket_; }

    /// More than UDP can carry.
    static constexpr std::size_t longest = 65'535;

private:
    socket socket_;
};

/// A socket for messages at `local`, a UDP address (port 0: one that is free) or the path of a Unix socket, connected to
/// `remote`; either may be of family `unspecified`. A socket file that stands at the path is removed before.
///
/// Errors: `system_error`; `usage_error` where both are unspecified.
/// Cancellation: nothing stays open.
/// asyncio: `create_datagram_endpoint`, which gives a transport for a protocol that is called back.
[[nodiscard]] ROTA_API coro<datagram_socket> create_datagram_endpoint(socket_address local, socket_address remote = {},
                                                                      datagram_options options = {});

/// The same, connected to `host`, a literal or a name, at UDP port `port`.
///
/// Errors: also `name_error`.
/// Cancellation: nothing stays open.
/// asyncio: `create_datagram_endpoint` with `remote_addr`.
[[nodiscard]] ROTA_API coro<datagram_socket> create_datagram_endpoint(std::string host, std::uint16_t port,
                                                                      datagram_options options = {});

}  // namespace rota::inline v0
