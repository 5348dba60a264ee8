// A stream's bytes over TLS.
#pragma once

#include "tls_connection.hpp"

#include <exception>
#include <string>
#include <utility>

namespace rota::inline v0::detail {

class tls_transport final : public transport {
public:
    explicit tls_transport(tls_connection_ref connection) noexcept : connection_(std::move(connection)) {}

    io_handle handle() const noexcept override { return below().handle(); }
    bool start_read(receive_operation& op) noexcept override { return connection_->start_read(op); }
    bool start_write(send_operation& op) noexcept override { return connection_->start_write(op); }
    bool start_shutdown(shutdown_operation& op) noexcept override { return connection_->start_write(op); }
    bool start_close(close_operation& op) noexcept override { return connection_->start_close(op); }
    void close() noexcept override { connection_->close(); }
    void cancel(operation& op) noexcept override { connection_->cancel(op); }

    socket_address local_address() const override { return below().local_address(); }
    socket_address peer_address() const override { return below().peer_address(); }
    std::string peer_name() const override { return below().peer_name(); }
    std::exception_ptr describe(int error, char const* operation, std::string object) const override;

    tls_engine const& engine() const noexcept { return connection_->engine(); }

private:
    transport& below() const noexcept { return connection_->below(); }

    tls_connection_ref connection_;
};

}  // namespace rota::inline v0::detail
