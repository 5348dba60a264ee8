#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/engine/io_handle.hpp>
#include <rota/engine/socket_address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rota::inline v0 {

/// What an operation is to do.
enum class opcode : std::uint8_t {
    accept,
    connect,
    receive,
    send,
    shutdown,
    receive_from,
    send_to,
    poll,
    open_file,
    read_at,
    write_at,
    sync_file,
    file_call,
    watch,
    close,
    blocking,
};

/// Something an engine has been asked to do. It lives in the awaiter, so in the coroutine's frame: nothing is allocated
/// for it. Neither it nor what it points to may move or die between `engine::submit` returning false and `completed_`
/// being called; `engine::cancel` only asks, and the operation's own completion answers.
///
/// `result` is then the count or 0, or a negative errno. `-ECANCELED` says that nothing happened: a cancel that lost the
/// race against the operation leaves the operation's own result.
class operation : public detail::list_node {
public:
    using completion = void (*)(operation&) noexcept;

    operation(opcode code, io_handle handle, completion completed) noexcept
        : completed_(completed), handle_(handle), code_(code) {}

    opcode code() const noexcept { return code_; }
    io_handle handle() const noexcept { return handle_; }
    std::int32_t result() const noexcept { return result_; }

    /// For engines: the operation is finished. Calls back into its owner, which may destroy it.
    void finish(std::int32_t result) noexcept {
        result_ = result;
        completed_(*this);
    }
    /// For engines: the operation finished inside `submit`, whose answer is then true; nobody is called.
    void finish_at_once(std::int32_t result) noexcept { result_ = result; }

    /// For engines: what stage the operation is at; each engine has its own meanings, 0 is "not submitted".
    std::uint8_t stage = 0;

private:
    completion completed_;
    io_handle handle_;
    std::int32_t result_ = 0;
    opcode code_;
};

/// Accepts a connection; result 0 with `accepted` and `peer` filled.
struct accept_operation : operation {
    accept_operation(io_handle listener, completion completed) noexcept
        : operation(opcode::accept, listener, completed) {}
    io_handle accepted{};
    socket_address peer{};
};

/// Connects to `to`; result 0. A cancelled or failed connect leaves the handle good for nothing but `close`.
struct connect_operation : operation {
    connect_operation(io_handle handle, socket_address const& address, completion completed) noexcept
        : operation(opcode::connect, handle, completed), to(address) {}
    socket_address to;
};

/// Receives what is there, at least one byte; result 0 is the end, or that there was no room. Of what is no socket it reads.
///
/// Into memory of its owner's, or into a buffer it borrows: such a one has none until there are bytes to put in, so that
/// many connections that wait take no memory, and the few that have bytes share what the processor's cache holds. On
/// io_uring it has one as long as it waits, since the kernel puts in what comes.
struct receive_operation : operation {
    receive_operation(io_handle handle, void* into, std::size_t room, completion completed) noexcept
        : operation(opcode::receive, handle, completed), buffer_(into), length_(room) {}
    /// Borrows a buffer of `room` bytes, 4 KiB, 64 KiB or a power of two between.
    receive_operation(io_handle handle, std::size_t room, completion completed) noexcept
        : operation(opcode::receive, handle, completed), length_(room), borrows_(true) {}

    /// Where the bytes go. For who has some: one that borrows its buffer does so now. Null: memory is short, and the result
    /// is to be `-ENOMEM`.
    void* buffer() noexcept {
        if (buffer_ == nullptr && borrows_) borrow();
        return buffer_;
    }
    std::size_t length() const noexcept { return length_; }
    /// For who has asked for the buffer and found nothing to put in. The owner does so where the result is no count.
    void give_back() noexcept {
        if (borrows_ && buffer_ != nullptr) return_borrowed();
    }
    /// For the owner: what was borrowed is its own, to be given back to `receive_blocks`. Null where nothing was.
    void* take_borrowed() noexcept { return borrows_ ? std::exchange(buffer_, nullptr) : nullptr; }

private:
    ROTA_API void borrow() noexcept;
    ROTA_API void return_borrowed() noexcept;

    void* buffer_ = nullptr;
    std::size_t length_;
    bool borrows_ = false;
};

/// Sends some of the bytes, at least one; never raises SIGPIPE, also where it writes to a pipe.
struct send_operation : operation {
    send_operation(io_handle handle, void const* from, std::size_t bytes, completion completed) noexcept
        : operation(opcode::send, handle, completed), data(from), length(bytes) {}
    void const* data;
    std::size_t length;
};

/// What an engine keeps beside a receive of datagrams while the kernel works on it.
struct message_room {
    alignas(8) std::array<std::byte, 72> bytes;
};

/// Receives one datagram; the result is how many of its bytes are in the buffer, which may be none. What was longer is
/// cut, and `truncated` says so. Of a stream it receives bytes, as `receive` does. An error may be that of an earlier send: what it reached told that nobody is there.
struct receive_from_operation : operation {
    receive_from_operation(io_handle handle, void* into, std::size_t room, completion completed) noexcept
        : operation(opcode::receive_from, handle, completed), buffer(into), length(room) {}
    void* buffer;
    std::size_t length;
    /// Of family `unspecified` where the sender has no name.
    socket_address from{};
    bool truncated = false;
    message_room room_of_engine{};
};

/// Sends one datagram, whole or not at all, and of no bytes, too. `to` of family `unspecified` is the connected peer. To
/// another Unix socket whose queue is full it gives `-EAGAIN`: the kernel does not tell when there is room. Of a stream's
/// bytes it sends some, as `send` does.
struct send_to_operation : operation {
    send_to_operation(io_handle handle, void const* from, std::size_t bytes, socket_address const& address,
                      completion completed) noexcept
        : operation(opcode::send_to, handle, completed), data(from), length(bytes), to(address) {}
    void const* data;
    std::size_t length;
    socket_address to;
};

/// Ends the sending side, the receiving side or both.
struct shutdown_operation : operation {
    enum class side : std::uint8_t { receive, send, both };
    shutdown_operation(io_handle handle, side which_side, completion completed) noexcept
        : operation(opcode::shutdown, handle, completed), which(which_side) {}
    side which;
};

/// Waits until a receive, or a send, on the handle would not wait; result 0. Also where it would fail, or find the end. Of a
/// process's handle it is readable once the process has ended. It takes its turn among the receives or sends. Not in
/// simulation: `-ENOSYS`.
struct poll_operation : operation {
    enum class readiness : std::uint8_t { readable, writable };
    poll_operation(io_handle handle, readiness wanted, completion completed) noexcept
        : operation(opcode::poll, handle, completed), until(wanted) {}
    readiness until;
};

/// Closes the handle: from here on it is stale, what is pending on it is cancelled, and when the last of that has
/// completed the descriptor is closed and this completes with what the close said: it is closed in any case. It can not be
/// cancelled. A listening socket refuses connections at once, and lets others listen at its address.
struct close_operation : operation {
    close_operation(io_handle handle, completion completed) noexcept : operation(opcode::close, handle, completed) {}
};

/// Runs `work` on the engine's pool of threads (in simulation inline, at a seeded later time) and completes with 0 on
/// the engine's own thread. Cancelled while still queued it is withdrawn with `-ECANCELED`; once it runs, it is awaited.
/// `work` must not throw and must touch only what the operation's owner keeps alive until it completes.
struct blocking_operation : operation {
    using function = void (*)(blocking_operation&) noexcept;
    blocking_operation(function to_run, completion completed) noexcept
        : operation(opcode::blocking, io_handle{}, completed), work(to_run) {}
    function work;
    /// It looks up a name, on threads of their own: those that wait for a slow server keep nothing else waiting.
    bool of_names = false;

protected:
    /// For what only some engines do on the pool.
    blocking_operation(opcode code, io_handle handle, completion completed) noexcept
        : operation(code, handle, completed), work(nullptr) {}
};

}  // namespace rota::inline v0
