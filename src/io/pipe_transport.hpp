// A stream's bytes over a descriptor of the engine's that need not be a socket.
#pragma once

#include <rota/engine/engine.hpp>
#include <rota/io/transport.hpp>

#include <cerrno>
#include <string>
#include <utility>

namespace rota::inline v0::detail {

class pipe_transport final : public transport {
public:
    /// Takes over the handle.
    pipe_transport(engine& of, io_handle handle, std::string name) noexcept
        : engine_(&of), handle_(handle), name_(std::move(name)) {}

    io_handle handle() const noexcept override { return handle_; }
    bool start_read(receive_operation& op) noexcept override { return engine_->submit(op); }
    bool start_write(send_operation& op) noexcept override { return engine_->submit(op); }
    bool start_shutdown(shutdown_operation& op) noexcept override {
        if (!engine_->submit(op)) return false;
        // All that was written is in the pipe, whose end is its close.
        if (op.result() == -ENOTSOCK) {
            engine_->close(std::exchange(handle_, io_handle{}));
            op.finish_at_once(0);
        }
        return true;
    }
    bool start_close(close_operation& op) noexcept override {
        if (handle_) return engine_->submit(op);
        op.finish_at_once(0);
        return true;
    }
    void close() noexcept override { engine_->close(handle_); }
    void cancel(operation& op) noexcept override { engine_->cancel(op); }

    std::string peer_name() const override { return name_; }

private:
    engine* engine_;
    io_handle handle_;
    std::string name_;
};

}  // namespace rota::inline v0::detail
