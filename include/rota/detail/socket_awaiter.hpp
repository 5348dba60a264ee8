#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/timer_queue.hpp>
#include <rota/engine/operation.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>

namespace rota::inline v0::detail {

/// What a socket's calls give where one of the kernel's fails: the peer, or where the socket is.
[[noreturn]] ROTA_API void throw_socket_error(std::int32_t result, char const* operation, scheduler* home,
                                              io_handle handle, socket_address const& to = {});

/// The part that all awaits of a socket share. Of a cancel that was taken back the operation knows nothing: it is started
/// again, which on a socket that was closed meanwhile ends with EBADF.
class ROTA_API socket_wait : public timer_node {
public:
    socket_wait(socket_wait&&) noexcept = default;

    char const* waits_for() const noexcept override { return what_; }
    bool cancel(task_state&) noexcept override;
    void fire() noexcept override;
    bool take_cancel() const noexcept { return take_raise(); }

protected:
    socket_wait(char const* what, scheduler* home) noexcept : home_(home), what_(what) {}
    ~socket_wait() = default;

    /// As `await_suspend`.
    bool begin(task_state& task, operation& op);
    /// The operation has answered.
    void end(operation& op) noexcept;

    /// Whether it goes on: with another operation.
    virtual bool goes_on(std::int32_t) noexcept { return false; }

    scheduler* home_;

private:
    enum class step : std::uint8_t { done, pending };
    step run(operation& op, bool answered) noexcept;

    char const* what_;
    task_state* task_ = nullptr;
    operation* started_ = nullptr;
    std::chrono::milliseconds pause_{1};
};

/// Waits for bytes or a datagram.
class ROTA_API socket_receive_awaiter : public socket_wait, protected receive_from_operation {
public:
    socket_receive_awaiter(char const* what, scheduler* home, io_handle handle, void* into, std::size_t room,
                           bool stream) noexcept
        : socket_wait(what, home),
          receive_from_operation(handle, into, room, &socket_receive_awaiter::completed),
          stream_(stream) {}
    socket_receive_awaiter(socket_receive_awaiter&&) noexcept = default;

    // Of a stream no bytes are there at any time; of datagrams that would be one.
    bool await_ready() const noexcept { return stream_ && length == 0; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line), *this);
    }

protected:
    ~socket_receive_awaiter() = default;
    std::size_t take() const;
    bool of_stream() const noexcept { return stream_; }

private:
    static void completed(operation& op) noexcept;
    bool stream_;
};

/// Sends a datagram, or all of a stream's bytes.
class ROTA_API socket_send_awaiter : public socket_wait, protected send_to_operation {
public:
    socket_send_awaiter(char const* what, scheduler* home, io_handle handle, void const* from, std::size_t bytes,
                        socket_address const& address, bool stream) noexcept
        : socket_wait(what, home),
          send_to_operation(handle, from, bytes, address, &socket_send_awaiter::completed),
          stream_(stream) {}
    socket_send_awaiter(socket_send_awaiter&&) noexcept = default;

    bool await_ready() const noexcept { return stream_ && length == 0; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line), *this);
    }
    /// How many bytes have gone.
    std::size_t await_resume() const;

protected:
    bool goes_on(std::int32_t result) noexcept final;

private:
    static void completed(operation& op) noexcept;
    std::size_t sent_ = 0;
    bool stream_;
};

/// Connects.
class ROTA_API socket_connect_awaiter final : public socket_wait, private connect_operation {
public:
    socket_connect_awaiter(scheduler* home, io_handle handle, socket_address const& address) noexcept
        : socket_wait("socket.connect", home), connect_operation(handle, address, &socket_connect_awaiter::completed) {}
    socket_connect_awaiter(socket_connect_awaiter&&) noexcept = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line), *this);
    }
    void await_resume() const;

private:
    static void completed(operation& op) noexcept;
};

/// Closes, and waits until that is done.
class ROTA_API socket_close_awaiter final : public socket_wait, private close_operation {
public:
    socket_close_awaiter(scheduler* home, io_handle handle) noexcept
        : socket_wait("socket.close", home), close_operation(handle, &socket_close_awaiter::completed) {}
    socket_close_awaiter(socket_close_awaiter&&) noexcept = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin_close(suspend_here(awaiting.promise(), line));
    }
    void await_resume() const;

private:
    bool begin_close(task_state& task);
    static void completed(operation& op) noexcept;
};

}  // namespace rota::inline v0::detail
