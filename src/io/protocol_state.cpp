#include "protocol_state.hpp"

#include <rota/base/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace rota::inline v0::detail {
protocol_state::protocol_state(loop& home, std::unique_ptr<transport> over) noexcept
    : protocol_turns(home), via_(std::move(over)) {}

protocol_state::~protocol_state() {
    if (receiving_) receiving_->give_back();  // what nobody wanted any more
    if (!begun_) via_->close();
}

void protocol_state::begin(std::shared_ptr<base_protocol> calls, std::string_view first) {
    set_protocol(std::move(calls));
    if (!undelivered_.append(first)) throw std::bad_alloc();
    begun_ = true;
    open();
}

void protocol_state::set_protocol(std::shared_ptr<base_protocol> to_call) {
    auto* const data = dynamic_cast<protocol*>(to_call.get());
    auto* const buffered = dynamic_cast<buffered_protocol*>(to_call.get());
    if (data == nullptr && buffered == nullptr)
        throw_usage_error("protocol_transport: what it is to call is neither a rota::protocol nor a buffered_protocol");
    if (over_) return;
    calls_ = std::move(to_call);
    data_ = data;
    buffered_ = buffered;
}

void protocol_state::take_turn(std::uint8_t what) noexcept {
    if ((what & due_made) != 0) {
        made_ = true;
        call_out(calls_, "connection_made",
                 [&] { calls_->connection_made(protocol_transport(node_ref<protocol_state>(*this))); });
        pause_protocol_if_full();
    }
    if (made_ && (what & (due_made | due_read)) != 0) read_on();
    if (made_ && (what & due_write) != 0) write_on();
    if ((what & due_lost) != 0) conclude();
}

template <class F>
void protocol_state::hand_over(char const* what, F&& f) noexcept {
    if (auto error = call_out(calls_, what, f)) force_close(std::move(error));
}

// Reading.

void protocol_state::read_on() noexcept {
    for (int tries = 0; !closing_ && !paused_ && !eof_; ++tries) {
        if (!undelivered_.empty()) {
            deliver();
            continue;
        }
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

void protocol_state::start_read() noexcept {
    undelivered_.rest();
    receiving_.emplace(*this, via_->handle(), next_receive_, &protocol_state::received);
    if (via_->start_read(*receiving_)) {
        has_read_ = true;
    } else {
        reads_ = true;
        add_reference();
    }
}

void protocol_state::received(operation& op) noexcept {
    auto& self = static_cast<owned<protocol_state, receive_operation>&>(op).owner;
    self.reads_ = false;
    self.has_read_ = true;
    self.post(due_read);
    self.drop_reference();
}

void protocol_state::take_read() noexcept {
    auto const result = receiving_->result();
    if (result > 0) {
        auto const bytes = static_cast<std::size_t>(result);
        undelivered_.adopt(receiving_->take_borrowed(), receiving_->length(), bytes);
        // What filled its room is likely to have more.
        if (bytes == receiving_->length()) next_receive_ = std::min(2 * next_receive_, receive_blocks::largest);
        return;
    }
    receiving_->give_back();
    if (result == -ENOMEM) {
        force_close(std::make_exception_ptr(std::bad_alloc()));
    } else if (result == 0) {
        end_of_data();
    } else if (result != -ECANCELED) {
        fail(result, "read from");
    }
}

void protocol_state::deliver() noexcept {
    auto const data = undelivered_.view();
    if (data_ != nullptr) {
        undelivered_.consume(data.size());
        hand_over("data_received", [&] { data_->data_received(data); });
        return rest_when_empty();
    }
    // Each of the two calls may pause, close, or put another protocol in its place.
    auto* const into = buffered_;
    std::span<char> room;
    hand_over("get_buffer", [&] {
        room = into->get_buffer(data.size());
        if (room.empty()) throw_usage_error("get_buffer: an empty buffer, into which nothing can be put");
    });
    if (room.empty() || closing_ || paused_ || buffered_ != into) return;
    auto const size = std::min(room.size(), data.size());
    std::memcpy(room.data(), data.data(), size);
    undelivered_.consume(size);
    hand_over("buffer_updated", [&] { into->buffer_updated(size); });
    rest_when_empty();
}

// While it is paused no read comes that would give the block back.
void protocol_state::rest_when_empty() noexcept {
    if (undelivered_.empty()) undelivered_.rest();
}

void protocol_state::end_of_data() noexcept {
    eof_ = true;
    bool stays = false;
    hand_over("eof_received", [&] { stays = data_ != nullptr ? data_->eof_received() : buffered_->eof_received(); });
    if (!stays && !closing_) close();
}

void protocol_state::pause_reading() {
    check_thread("protocol_transport.pause_reading");
    if (closing_ || paused_) return;
    // What a pending read still brings is kept.
    paused_ = true;
}

void protocol_state::resume_reading() {
    check_thread("protocol_transport.resume_reading");
    if (closing_ || !paused_) return;
    paused_ = false;
    post(due_read);
}

void protocol_state::stop_reading() noexcept {
    if (reads_) via_->cancel(*receiving_);
}

// Writing.

void protocol_state::write(std::string_view data) {
    check_thread("protocol_transport.write");
    if (eof_wanted_) throw_usage_error("protocol_transport.write: after write_eof");
    if (closing_ || data.empty()) return;
    waiting_.append(data);
    pause_protocol_if_full();
    if (writes_ == nullptr && !conn_lost_) post(due_write);
}

void protocol_state::write_eof() {
    check_thread("protocol_transport.write_eof");
    if (closing_ || std::exchange(eof_wanted_, true)) return;
    if (writes_ == nullptr) post(due_write);
}

void protocol_state::set_limits(write_buffer_limits limits) {
    check_thread("protocol_transport.set_write_buffer_limits");
    if (limits.low > limits.high)
        throw_usage_error("protocol_transport.set_write_buffer_limits: the lower limit is above the upper one");
    limits_ = limits;
    if (!over_) pause_protocol_if_full();
}

void protocol_state::pause_protocol_if_full() noexcept {
    if (!made_ || unsent() <= limits_.high || std::exchange(protocol_paused_, true)) return;
    call_out(calls_, "pause_writing", [&] { calls_->pause_writing(); });
}

void protocol_state::write_on() noexcept {
    for (int tries = 0; !conn_lost_ && writes_ == nullptr; ++tries) {
        if (std::exchange(has_written_, false)) {
            if (write_result_ < 0) {
                fail(write_result_, "write to");
                return;
            }
            sent_ += static_cast<std::size_t>(write_result_);
            if (protocol_paused_ && unsent() <= limits_.low) {
                protocol_paused_ = false;
                call_out(calls_, "resume_writing", [&] { calls_->resume_writing(); });
                continue;  // which may have closed or aborted
            }
        }
        if (unsent() == 0) {
            if (eof_wanted_ && !eof_sent_)
                start_shutdown();
            else if (closing_)
                conn_lost_ = true, post(due_lost);
            return;
        }
        if (tries > 8) return post(due_write);
        if (!start_write()) return;
    }
}

// Whether it is done at once.
bool protocol_state::start_write() noexcept {
    if (sent_ == going_.size()) {
        going_.clear();
        sent_ = 0;
        std::swap(waiting_, going_);
    }
    sending_.emplace(*this, via_->handle(), going_.data() + sent_, going_.size() - sent_, &protocol_state::written);
    has_written_ = via_->start_write(*sending_);
    if (has_written_) {
        write_result_ = sending_->result();
        return true;
    }
    writes_ = &*sending_;
    add_reference();
    return false;
}

void protocol_state::written(operation& op) noexcept {
    auto& self = static_cast<owned<protocol_state, send_operation>&>(op).owner;
    self.writes_ = nullptr;
    self.has_written_ = true;
    self.write_result_ = op.result();
    self.post(due_write);
    self.drop_reference();
}

void protocol_state::start_shutdown() noexcept {
    eof_sent_ = true;
    ending_.emplace(*this, via_->handle(), shutdown_operation::side::send, &protocol_state::was_shut_down);
    if (via_->start_shutdown(*ending_)) {
        // A peer that has gone has no use for it: the read tells.
        if (closing_) post(due_write);
        return;
    }
    writes_ = &*ending_;
    add_reference();
}

void protocol_state::was_shut_down(operation& op) noexcept {
    auto& self = static_cast<owned<protocol_state, shutdown_operation>&>(op).owner;
    self.writes_ = nullptr;
    self.post(due_write);
    self.drop_reference();
}

// Its end.

void protocol_state::close() {
    check_thread("protocol_transport.close");
    if (std::exchange(closing_, true)) return;
    stop_reading();
    if (writes_ != nullptr) return;
    if (unsent() != 0 || eof_wanted_ != eof_sent_) return post(due_write);
    conn_lost_ = true;
    post(due_lost);
}

void protocol_state::abort() {
    check_thread("protocol_transport.abort");
    force_close(nullptr);
}

void protocol_state::force_close(std::exception_ptr error) noexcept {
    if (over_ || std::exchange(conn_lost_, true)) return;
    closing_ = true;
    error_ = std::move(error);
    stop_reading();
    // What is being sent stays where it is until its operation has ended.
    waiting_.clear();
    if (writes_ != nullptr) {
        via_->cancel(*writes_);
    } else {
        going_.clear();
        sent_ = 0;
    }
    post(due_lost);
}

void protocol_state::fail(std::int32_t result, char const* what) noexcept {
    std::exception_ptr error;
    try {
        int const number = result == -EBADF ? ECONNABORTED : -result;
        error = via_->describe(number, what, via_->peer_name());
    } catch (...) {
        error = std::current_exception();
    }
    force_close(std::move(error));
}

void protocol_state::conclude() noexcept {
    over_ = true;
    call_out(calls_, "connection_lost", [&] { calls_->connection_lost(std::exchange(error_, nullptr)); });
    via_->close();
    lost_.set();
    data_ = nullptr;
    buffered_ = nullptr;
    leave(calls_);
}

// The loop ends: nobody is called any more.
void protocol_state::withdraw() noexcept {
    conn_lost_ = true;
    via_->close();
    leave(calls_);
}

}  // namespace rota::inline v0::detail
