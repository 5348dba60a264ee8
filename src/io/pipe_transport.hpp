// A stream's bytes over a descriptor of the engine's that need not be a socket.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/io/transport.hpp>

#include <cerrno>
#include <string>
#include <utility>

namespace rota::inline v0::detail {

class pipe_transport final : public transport {
public:
    /// Takes over the handle.
    pipe_transport(loop& home, io_handle handle, std::string name) noexcept
        : home_(&home), handle_(handle), name_(std::move(name)) {}

    io_handle handle() const noexcept override { return handle_; }
    bool start_read(receive_operation& op) noexcept override { return home_->kernel().submit(op); }
    bool start_write(send_operation& op) noexcept override { return home_->kernel().submit(op); }
    bool start_shutdown(shutdown_operation& op) noexcept override {
        if (!home_->kernel().submit(op)) return false;
        // All that was written is in the pipe, whose end is its close.
        if (op.result() == -ENOTSOCK) {
            home_->kernel().close(std::exchange(handle_, io_handle{}));
            op.finish_at_once(0);
        }
        return true;
    }
    bool start_close(close_operation& op) noexcept override {
        if (handle_) return home_->kernel().submit(op);
        op.finish_at_once(0);
        return true;
    }
    void close() noexcept override { home_->kernel().close(handle_); }
    void cancel(operation& op) noexcept override { home_->kernel().cancel(op); }

    std::string peer_name() const override { return name_; }

private:
    // Not its engine: of a stream that outlives its loop, another may be in its place by then.
    loop* home_;
    io_handle handle_;
    std::string name_;
};

}  // namespace rota::inline v0::detail
