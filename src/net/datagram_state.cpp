#include "datagram_state.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/socket_awaiter.hpp>

#include <cerrno>
#include <chrono>
#include <new>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// asyncio's. Memory that nothing is received into costs nothing.
constexpr std::size_t room_size = std::size_t{256} * 1024;
constexpr auto pause_when_full = std::chrono::milliseconds(1);

}  // namespace

datagram_state::datagram_state(loop& home, socket const& over)
    : protocol_turns(home),
      handle_(over.handle()),
      local_(over.local_address()),
      peer_(over.peer_address()),
      room_(new char[room_size]) {}

void datagram_state::begin(socket&& over, std::shared_ptr<datagram_protocol> calls) {
    set_protocol(std::move(calls));
    static_cast<void>(over.release());
    open();
}

void datagram_state::set_protocol(std::shared_ptr<datagram_protocol> to_call) {
    if (to_call == nullptr) throw_usage_error("datagram_transport: it is to call a protocol, and was given null");
    if (!over_) calls_ = std::move(to_call);
}

void datagram_state::take_turn(std::uint8_t what) noexcept {
    if ((what & due_made) != 0) {
        made_ = true;
        call_out(calls_, "connection_made",
                 [&] { calls_->connection_made(datagram_transport(node_ref<datagram_state>(*this))); });
        pause_protocol_if_full();
    }
    if (made_ && (what & (due_made | due_read)) != 0) read_on();
    if (made_ && (what & (due_made | due_write)) != 0) write_on();
    if ((what & due_lost) != 0) conclude();
}

std::exception_ptr datagram_state::error_of(std::int32_t result, char const* operation,
                                            socket_address const& to) const noexcept {
    try {
        throw_socket_error(result, operation, home_, handle_, to);
    } catch (...) {
        return std::current_exception();
    }
}

void datagram_state::tell_error(std::int32_t result, char const* operation, socket_address const& to) noexcept {
    call_out(calls_, "error_received", [&] { calls_->error_received(error_of(result, operation, to)); });
}

// Receiving.

void datagram_state::read_on() noexcept {
    for (int tries = 0; !closing_; ++tries) {
        if (std::exchange(has_read_, false)) {
            take_read();
            continue;
        }
        if (reads_) return;
        // Others are to have their turns, too.
        if (tries > 8) return post(due_read);
        start_read();
    }
}

void datagram_state::start_read() noexcept {
    receiving_.emplace(*this, handle_, room_.get(), room_size, &datagram_state::received);
    if (kernel().submit(*receiving_)) {
        has_read_ = true;
    } else {
        reads_ = true;
        add_reference();
    }
}

void datagram_state::received(operation& op) noexcept {
    auto& self = static_cast<owned<datagram_state, receive_from_operation>&>(op).owner;
    self.reads_ = false;
    self.has_read_ = true;
    self.post(due_read);
    self.drop_reference();
}

void datagram_state::take_read() noexcept {
    auto const result = receiving_->result();
    if (result == -ECANCELED) return;
    if (result == -EBADF || result == -ENOTSOCK) {
        // Somebody has closed it under us; the next receive would say the same, without end.
        force_close(error_of(result, "receive from", peer_));
    } else if (result < 0) {
        tell_error(result, "receive from", peer_);
    } else if (receiving_->truncated) {
        tell_error(-EMSGSIZE, "receive from", receiving_->from);
    } else {
        std::string_view const data(room_.get(), static_cast<std::size_t>(result));
        auto const from = receiving_->from;
        call_out(calls_, "datagram_received", [&] { calls_->datagram_received(data, from); });
    }
}

// Sending.

void datagram_state::send(std::string_view data, socket_address const& to) {
    check_thread("datagram_transport.sendto");
    bool const connected = peer_.family() != address_family::unspecified;
    bool const named = to.family() != address_family::unspecified;
    if (!connected && !named) throw_usage_error("datagram_transport.sendto: it is not connected, and needs an address");
    if (connected && named && to != peer_)
        throw_usage_error("datagram_transport.sendto: it is connected, and sends to its peer alone");
    if (closing_) return;
    waiting_.push_back({std::string(data), connected ? socket_address() : to});
    unsent_ += data.size();
    pause_protocol_if_full();
    if (!writes_ && !conn_lost_) post(due_write);
}

void datagram_state::pause_protocol_if_full() noexcept {
    if (!made_ || unsent_ <= limits_.high || std::exchange(protocol_paused_, true)) return;
    call_out(calls_, "pause_writing", [&] { calls_->pause_writing(); });
}

void datagram_state::set_limits(write_buffer_limits limits) {
    check_thread("datagram_transport.set_write_buffer_limits");
    if (limits.low > limits.high)
        throw_usage_error("datagram_transport.set_write_buffer_limits: the lower limit is above the upper one");
    limits_ = limits;
    if (!over_) pause_protocol_if_full();
}

void datagram_state::write_on() noexcept {
    for (int tries = 0; !conn_lost_ && !writes_ && !rests_; ++tries) {
        if (std::exchange(has_written_, false) && !take_written()) return;
        if (conn_lost_) return;  // by the protocol
        if (waiting_.empty()) {
            if (closing_) {
                conn_lost_ = true;
                post(due_lost);
            }
            return;
        }
        if (tries > 8) return post(due_write);
        start_write();
    }
}

void datagram_state::start_write() noexcept {
    auto const& first = waiting_.front();
    sending_.emplace(*this, handle_, first.data.data(), first.data.size(), first.to, &datagram_state::was_sent);
    if (kernel().submit(*sending_)) {
        has_written_ = true;
    } else {
        writes_ = true;
        add_reference();
    }
}

void datagram_state::was_sent(operation& op) noexcept {
    auto& self = static_cast<owned<datagram_state, send_to_operation>&>(op).owner;
    self.writes_ = false;
    self.has_written_ = true;
    if (self.conn_lost_) self.waiting_.clear();
    self.post(due_write);
    self.drop_reference();
}

// Whether the next one may go now.
bool datagram_state::take_written() noexcept {
    auto const result = sending_->result();
    if (result == -EAGAIN) {
        write_later();
        return false;
    }
    auto const to = waiting_.front().to;
    unsent_ -= waiting_.front().data.size();
    waiting_.pop_front();
    if (result < 0) tell_error(result, "send to", to);
    if (!conn_lost_ && protocol_paused_ && unsent_ <= limits_.low) {
        protocol_paused_ = false;
        call_out(calls_, "resume_writing", [&] { calls_->resume_writing(); });
    }
    return true;
}

// A Unix socket whose queue is full: nobody tells when there is room.
void datagram_state::write_later() noexcept {
    try {
        static_cast<loop*>(home_)->call_later(pause_when_full, [self = node_ref<datagram_state>(*this)] {
            self->rests_ = false;
            self->post(due_write);
        });
        rests_ = true;
    } catch (std::bad_alloc const&) {
        post(due_write);
    }
}

// Its end.

void datagram_state::close() {
    check_thread("datagram_transport.close");
    if (std::exchange(closing_, true)) return;
    if (reads_) kernel().cancel(*receiving_);
    if (!writes_ && waiting_.empty()) {
        conn_lost_ = true;
        post(due_lost);
    }
}

void datagram_state::abort() {
    check_thread("datagram_transport.abort");
    force_close(nullptr);
}

void datagram_state::force_close(std::exception_ptr error) noexcept {
    if (over_ || std::exchange(conn_lost_, true)) return;
    closing_ = true;
    error_ = std::move(error);
    if (reads_) kernel().cancel(*receiving_);
    unsent_ = 0;
    // What is being sent stays where it is until its operation has ended.
    if (writes_)
        kernel().cancel(*sending_);
    else
        waiting_.clear();
    post(due_lost);
}

void datagram_state::conclude() noexcept {
    over_ = true;
    call_out(calls_, "connection_lost", [&] { calls_->connection_lost(std::exchange(error_, nullptr)); });
    kernel().close(handle_);
    leave(calls_);
}

// The loop ends: nobody is called any more.
void datagram_state::withdraw() noexcept {
    conn_lost_ = true;
    kernel().close(handle_);
    leave(calls_);
}

}  // namespace rota::inline v0::detail
