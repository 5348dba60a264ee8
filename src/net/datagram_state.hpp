// What is behind a datagram_transport: the socket, who is called, and what is under way.
#pragma once

#include <rota/core/loop.hpp>
#include <rota/engine/engine.hpp>
#include <rota/engine/operation.hpp>
#include <rota/net/datagram_transport.hpp>
#include "io/protocol_turns.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0::detail {

class datagram_state final : public protocol_turns {
public:
    /// `over` is not taken before `begin`.
    datagram_state(loop& home, socket const& over);

    /// Where it throws nothing has begun.
    void begin(socket&& over, std::shared_ptr<datagram_protocol> calls);

    void send(std::string_view data, socket_address const& to);
    void close();
    void abort();
    void set_limits(write_buffer_limits limits);
    write_buffer_limits limits() const noexcept { return limits_; }
    std::size_t unsent() const noexcept { return unsent_; }
    void set_protocol(std::shared_ptr<datagram_protocol> to_call);
    std::shared_ptr<datagram_protocol> const& calls() const noexcept { return calls_; }
    socket_address const& local() const noexcept { return local_; }
    socket_address const& peer() const noexcept { return peer_; }

    void withdraw() noexcept override;

private:
    struct outgoing {
        std::string data;
        socket_address to;
    };
    static constexpr auto due_read = due_first, due_write = due_second;

    ~datagram_state() override = default;
    void destroy() noexcept override { delete this; }
    engine& kernel() const noexcept { return home_->kernel(); }
    void take_turn(std::uint8_t what) noexcept override;
    std::exception_ptr error_of(std::int32_t result, char const* operation, socket_address const& to) const noexcept;
    void tell_error(std::int32_t result, char const* operation, socket_address const& to) noexcept;

    void read_on() noexcept;
    void start_read() noexcept;
    void take_read() noexcept;
    static void received(operation& op) noexcept;
    void write_on() noexcept;
    void start_write() noexcept;
    bool take_written() noexcept;
    void write_later() noexcept;
    void pause_protocol_if_full() noexcept;
    static void was_sent(operation& op) noexcept;

    void force_close(std::exception_ptr error) noexcept;
    void conclude() noexcept;

    io_handle handle_{};
    socket_address local_;
    socket_address peer_;
    std::shared_ptr<datagram_protocol> calls_;

    bool conn_lost_ = false;  // connection_lost is due, or was called
    bool reads_ = false;      // the operation is pending
    bool has_read_ = false;
    bool writes_ = false;
    bool has_written_ = false;
    bool rests_ = false;  // until there may be room
    bool protocol_paused_ = false;
    std::exception_ptr error_;

    std::unique_ptr<char[]> room_;
    std::deque<outgoing> waiting_;  // the first one is being sent
    std::size_t unsent_ = 0;
    write_buffer_limits limits_;

    std::optional<owned<datagram_state, receive_from_operation>> receiving_;
    std::optional<owned<datagram_state, send_to_operation>> sending_;
};

}  // namespace rota::inline v0::detail
