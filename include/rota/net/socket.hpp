#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/socket_awaiter.hpp>
#include <rota/engine/engine.hpp>
#include <rota/io/stream.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace rota::inline v0 {

/// One message, and who sent it.
///
/// asyncio: the pair that `sock_recvfrom` gives.
struct datagram {
    std::string data;
    /// Of family `unspecified` where the sender has no name.
    socket_address from;
    /// It was longer than there was room for: the rest is lost.
    bool truncated = false;
};

/// The same where the bytes are in memory of the caller's.
///
/// asyncio: the pair that `sock_recvfrom_into` gives.
struct received_datagram {
    std::size_t size = 0;
    socket_address from;
    bool truncated = false;
};

namespace detail {

class socket_recv_awaiter final : public socket_receive_awaiter {
public:
    ROTA_API socket_recv_awaiter(scheduler* home, io_handle handle, std::size_t most, bool stream);
    ROTA_API socket_recv_awaiter(socket_recv_awaiter&& unstarted) noexcept;
    ROTA_API std::string await_resume();

private:
    std::string room_;
};

class socket_recv_into_awaiter final : public socket_receive_awaiter {
public:
    using socket_receive_awaiter::socket_receive_awaiter;
    std::size_t await_resume() const { return take(); }
};

class socket_recvfrom_awaiter : public socket_receive_awaiter {
public:
    ROTA_API socket_recvfrom_awaiter(char const* what, scheduler* home, io_handle handle, std::size_t most,
                                     bool stream);
    ROTA_API socket_recvfrom_awaiter(socket_recvfrom_awaiter&& unstarted) noexcept;
    ROTA_API datagram await_resume();

private:
    std::string room_;
};

/// The bytes alone: of a datagram that was cut it gives none.
class datagram_receive_awaiter final : public socket_recvfrom_awaiter {
public:
    using socket_recvfrom_awaiter::socket_recvfrom_awaiter;
    ROTA_API std::string await_resume();
};

class socket_recvfrom_into_awaiter final : public socket_receive_awaiter {
public:
    using socket_receive_awaiter::socket_receive_awaiter;
    ROTA_API received_datagram await_resume() const;
};

}  // namespace detail

/// A socket as the kernel has it, for who needs more than streams and datagram sockets give. Move-only; empty by default.
/// Its destructor closes it; who waits on it then gets an error.
///
/// asyncio: Python's `socket.socket` with the loop's `sock_*` calls.
class ROTA_API socket {
public:
    socket() = default;
    /// Opens one for the loop that runs here.
    ///
    /// Errors: `system_error`; `usage_error` where no loop runs.
    explicit socket(address_family family, socket_kind kind = socket_kind::stream);
    socket(socket&& other) noexcept;
    socket& operator=(socket&& other) noexcept;
    ~socket();

    /// Whether there is one: not by default, nor once it was moved from or closed.
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
    /// What it carries, and in which family.
    socket_kind kind() const noexcept { return kind_; }
    address_family family() const noexcept { return family_; }

    /// Sets one of its options.
    ///
    /// Errors: `system_error`.
    /// asyncio: `socket.setsockopt`.
    void set_option(socket_option option, int value);
    /// Gives it an address; port 0 is any that is free.
    ///
    /// Errors: `system_error`: `bind 127.0.0.1:80: Permission denied`.
    /// asyncio: `socket.bind`.
    void bind(socket_address const& address);
    /// Lets others connect; so many of them wait to be accepted at most.
    ///
    /// Errors: `system_error`.
    /// asyncio: `socket.listen`.
    void listen(int backlog = 1024);
    /// Where it is, and who is at the other end; of family `unspecified` where there is none.
    socket_address local_address() const;
    socket_address peer_address() const;

    /// Waits for a connection.
    ///
    /// Errors: `system_error`, as all calls of a socket.
    /// Cancellation: takes no connection, or delivers the one it has taken.
    /// asyncio: `sock_accept`, which gives the peer's address beside it.
    [[nodiscard]] coro<socket> accept();

    /// Connects; one for datagrams hears only its peer from then on.
    ///
    /// Cancellation: leaves it good for nothing but `close`.
    /// asyncio: `sock_connect`.
    [[nodiscard]] detail::socket_connect_awaiter connect(socket_address const& to);

    /// What is there, `most` bytes or fewer; of a stream empty at its end. Of a datagram that is longer the rest is lost.
    ///
    /// Cancellation: loses nothing.
    /// asyncio: `sock_recv`.
    [[nodiscard]] detail::socket_recv_awaiter recv(std::size_t most);
    /// The same into memory of the caller's, and how many bytes that are.
    ///
    /// Cancellation: loses nothing.
    /// asyncio: `sock_recv_into`.
    [[nodiscard]] detail::socket_recv_into_awaiter recv_into(std::span<char> room);
    /// The same with who sent it, and whether it was cut.
    ///
    /// Cancellation: loses nothing.
    /// asyncio: `sock_recvfrom`, `sock_recvfrom_into`; they do not tell that something was cut.
    [[nodiscard]] detail::socket_recvfrom_awaiter recvfrom(std::size_t most);
    [[nodiscard]] detail::socket_recvfrom_into_awaiter recvfrom_into(std::span<char> room);

    /// Sends all of `data`, which must live until the await ends; of datagrams one, to the peer. How many bytes that are.
    ///
    /// Cancellation: nothing was sent, or of a stream an unknown part.
    /// asyncio: `sock_sendall`.
    [[nodiscard]] detail::socket_send_awaiter sendall(std::string_view data);
    /// Sends a datagram to `to`.
    ///
    /// Cancellation: it was not sent.
    /// asyncio: `sock_sendto`.
    [[nodiscard]] detail::socket_send_awaiter sendto(std::string_view data, socket_address const& to);

    /// Closes it, and waits until that is done.
    ///
    /// Cancellation: it is closed in any case.
    /// asyncio: `socket.close`, which returns at once.
    [[nodiscard]] detail::socket_close_awaiter close();

    /// For who knows the engine's calls.
    io_handle handle() const noexcept { return handle_; }
    /// The handle, which is the caller's to close from now on.
    io_handle release() noexcept { return std::exchange(handle_, io_handle{}); }

private:
    friend class datagram_socket;
    socket(detail::scheduler* home, io_handle handle, address_family family, socket_kind kind) noexcept
        : home_(home), handle_(handle), family_(family), kind_(kind) {}
    void drop() noexcept;
    engine& kernel() const;
    bool of_stream() const noexcept { return kind_ == socket_kind::stream; }
    void check(std::int32_t result, char const* operation, socket_address const& to = {}) const;

    detail::scheduler* home_ = nullptr;
    io_handle handle_{};
    address_family family_ = address_family::unspecified;
    socket_kind kind_ = socket_kind::stream;
};

/// A stream over a connected socket, which is its own from now on.
///
/// Errors: `system_error` where it is not connected.
/// asyncio: `connect_accepted_socket`, and `open_connection(sock=...)`.
[[nodiscard]] ROTA_API stream connect_accepted_socket(socket connected, stream_options const& options = {});

}  // namespace rota::inline v0
