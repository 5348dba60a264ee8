// A stream's bytes over a socket of the engine's.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/engine/engine.hpp>
#include <rota/io/transport.hpp>

#include <string>
#include <utility>

namespace rota::inline v0::detail {

class socket_transport final : public transport {
public:
    /// Takes over a connected socket.
    socket_transport(loop& home, io_handle socket, socket_address const& peer) noexcept
        : home_(&home), handle_(socket), peer_(peer) {}

    io_handle handle() const noexcept override { return handle_; }
    bool start_read(receive_operation& op) noexcept override { return home_->kernel().submit(op); }
    bool start_write(send_operation& op) noexcept override { return home_->kernel().submit(op); }
    bool start_shutdown(shutdown_operation& op) noexcept override { return home_->kernel().submit(op); }
    bool start_close(close_operation& op) noexcept override { return home_->kernel().submit(op); }
    void close() noexcept override { home_->kernel().close(handle_); }
    void cancel(operation& op) noexcept override { home_->kernel().cancel(op); }

    socket_address local_address() const override {
        socket_address local;
        return home_->kernel().local_address(handle_, local) == 0 ? local : socket_address();
    }
    socket_address peer_address() const override { return peer_; }
    std::string peer_name() const override { return peer_.to_string(); }

private:
    // Not its engine: of a stream that outlives its loop, another may be in its place by then.
    loop* home_;
    io_handle handle_;
    socket_address peer_;
};

/// An open socket until it is given away: closed where that never happens.
class socket_holder {
public:
    socket_holder(engine& of, io_handle socket) noexcept : engine_(&of), handle_(socket) {}
    socket_holder(socket_holder const&) = delete;
    socket_holder& operator=(socket_holder const&) = delete;
    ~socket_holder() {
        if (handle_) engine_->close(handle_);
    }
    io_handle get() const noexcept { return handle_; }
    io_handle release() noexcept { return std::exchange(handle_, io_handle{}); }

private:
    engine* engine_;
    io_handle handle_;
};

}  // namespace rota::inline v0::detail
