// What is behind a protocol_transport: the inner transport, who is called, and what is under way.
#pragma once

#include "base/receive_blocks.hpp"
#include "read_buffer.hpp"

#include <rota/core/loop.hpp>
#include <rota/engine/operation.hpp>
#include <rota/io/protocol.hpp>
#include <rota/io/protocol_transport.hpp>
#include <rota/io/transport.hpp>
#include <rota/sync/event.hpp>
#include "protocol_turns.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0::detail {

class protocol_state final : public protocol_turns {
public:
    protocol_state(loop& home, std::unique_ptr<transport> over) noexcept;

    /// `first`: bytes that have come already. Where it throws nothing has begun.
    void begin(std::shared_ptr<base_protocol> calls, std::string_view first);
    /// Set when the connection is lost.
    event& lost() noexcept { return lost_; }

    void write(std::string_view data);
    void write_eof();
    void close();
    void abort();
    void pause_reading();
    void resume_reading();
    bool is_reading() const noexcept { return !closing_ && !paused_; }
    void set_limits(write_buffer_limits limits);
    write_buffer_limits limits() const noexcept { return limits_; }
    std::size_t unsent() const noexcept { return waiting_.size() + going_.size() - sent_; }
    void set_protocol(std::shared_ptr<base_protocol> to_call);
    std::shared_ptr<base_protocol> const& calls() const noexcept { return calls_; }
    transport const* via() const noexcept { return via_.get(); }

    void withdraw() noexcept override;

private:
    static constexpr auto due_read = due_first, due_write = due_second;

    ~protocol_state() override;
    void destroy() noexcept override { delete this; }
    void take_turn(std::uint8_t what) noexcept override;
    /// Calls for data, where an exception ends the connection.
    template <class F>
    void hand_over(char const* what, F&& f) noexcept;

    void read_on() noexcept;
    void start_read() noexcept;
    void take_read() noexcept;
    void deliver() noexcept;
    void rest_when_empty() noexcept;
    void end_of_data() noexcept;
    static void received(operation& op) noexcept;

    void write_on() noexcept;
    bool start_write() noexcept;
    void start_shutdown() noexcept;
    void pause_protocol_if_full() noexcept;
    static void written(operation& op) noexcept;
    static void was_shut_down(operation& op) noexcept;

    void stop_reading() noexcept;
    void force_close(std::exception_ptr error) noexcept;
    void fail(std::int32_t result, char const* what) noexcept;
    void conclude() noexcept;

    std::unique_ptr<transport> via_;
    std::shared_ptr<base_protocol> calls_;
    protocol* data_ = nullptr;  // the same, by its kind
    buffered_protocol* buffered_ = nullptr;
    event lost_;

    bool begun_ = false;
    bool conn_lost_ = false;  // connection_lost is due, or was called
    bool paused_ = false;
    bool eof_ = false;
    bool reads_ = false;  // the operation is pending
    bool has_read_ = false;
    bool has_written_ = false;
    bool eof_wanted_ = false;
    bool eof_sent_ = false;
    bool protocol_paused_ = false;
    std::int32_t write_result_ = 0;
    std::exception_ptr error_;

    read_buffer undelivered_;
    std::size_t next_receive_ = receive_blocks::smallest;
    std::string waiting_;  // was written
    std::string going_;    // is being sent, from `sent_` on
    std::size_t sent_ = 0;
    write_buffer_limits limits_;

    std::optional<owned<protocol_state, receive_operation>> receiving_;
    std::optional<owned<protocol_state, send_operation>> sending_;
    std::optional<owned<protocol_state, shutdown_operation>> ending_;
    operation* writes_ = nullptr;  // which of these two is pending
};

}  // namespace rota::inline v0::detail
