#include "tls_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// Larger blocks of ciphertext are given back when they are empty; smaller ones are kept for the next message.
constexpr std::size_t most_kept = std::size_t{4} * 1024;
constexpr std::size_t largest_receive = std::size_t{32} * 1024;
/// A write encrypts up to this before it sends.
constexpr std::size_t enough_out = std::size_t{32} * 1024;
/// Receives without a byte of text before others have their turn.
constexpr int receives_in_a_row = 16;
/// How long a close that waits for no answer tries to say close_notify.
constexpr clock::duration to_say_goodbye = std::chrono::seconds(1);

}  // namespace

void tls_connection::begin(std::unique_ptr<transport> below, loop& on) noexcept {
    below_ = std::move(below);
    home_ = &on;
    flush();
}

// Reading.

bool tls_connection::start_read(receive_operation& op) noexcept {
    read_cancelled_ = false;
    auto const result = stage_ == stage::open ? try_read(op) : -ECANCELED;
    if (!result) {
        reader_ = &op;
        return false;
    }
    op.finish_at_once(*result);
    return true;
}

std::optional<std::int32_t> tls_connection::try_read(receive_operation& op) noexcept {
    if (op.length() == 0) return 0;
    for (int received = 0;;) {
        std::size_t count = 0;
        void* const into = op.buffer();
        if (into == nullptr) return -ENOMEM;
        auto const status = engine_.read(into, std::min<std::size_t>(op.length(), INT_MAX), count);
        if (status != tls_status::done) op.give_back();
        flush();
        switch (status) {
            case tls_status::done: return static_cast<std::int32_t>(count);
            case tls_status::ended: return 0;
            case tls_status::failed: return -EPROTO;
            case tls_status::wants_output:
                if (send_error_ != 0) return -send_error_;
                if (!flushed()) return std::nullopt;
                break;
            case tls_status::wants_input:
                if (receive_error_ != 0) return -tell_receive_error();
                if (receiving_) return std::nullopt;
                if (read_cancelled_) return -ECANCELED;
                if (++received > receives_in_a_row && let_others_go_first()) return std::nullopt;
                if (!receive()) return std::nullopt;
                break;
        }
    }
}

/// A peer may send what brings no text, new keys without end, as fast as we take it.
bool tls_connection::let_others_go_first() noexcept {
    try {
        add_reference();
        tls_connection_ref kept(this);
        home_->call_soon([own = std::move(kept)] {
            own->waits_for_its_turn_ = false;
            own->go_on_reading();
            own->go_on_closing();
        });
    } catch (std::bad_alloc const&) {
        return false;
    }
    return waits_for_its_turn_ = true;
}

void tls_connection::go_on_reading() noexcept {
    if (reader_ == nullptr || waits_for_its_turn_) return;
    auto& op = *reader_;
    auto const result = stage_ == stage::open ? try_read(op) : std::optional<std::int32_t>(-ECANCELED);
    if (!result || reader_ != &op) return;
    reader_ = nullptr;
    op.finish(*result);
}

bool tls_connection::receive() noexcept {
    if (engine_.in.empty()) {
        receive_.emplace(*this, below_->handle(), next_receive_, &tls_connection::received);
    } else {
        auto const room = engine_.in.room(next_receive_);
        if (room.empty()) {
            receive_error_ = ENOMEM;
            return true;
        }
        receive_.emplace(*this, below_->handle(), room.data(), room.size(), &tls_connection::received);
    }
    auto& op = *receive_;
    receiving_ = true;
    if (!below_->start_read(op)) {
        add_reference();
        return false;
    }
    receiving_ = false;
    take_received(op.result());
    return true;
}

void tls_connection::take_received(std::int32_t result) noexcept {
    if (result > 0) {
        auto const bytes = static_cast<std::size_t>(result);
        if (void* const block = (*receive_).take_borrowed())
            engine_.in.adopt(block, (*receive_).length(), bytes);
        else
            engine_.in.commit(bytes);
        if (stage_ == stage::closing) thrown_away_ += bytes;
        if (bytes == (*receive_).length()) next_receive_ = std::min(2 * next_receive_, largest_receive);
        return;
    }
    (*receive_).give_back();
    if (result == 0) {
        engine_.in_ended = true;
    } else if (result != -ECANCELED) {
        receive_error_ = -result;
    }
}

/// A want of memory passes, and nothing was taken from below.
int tls_connection::tell_receive_error() noexcept {
    return receive_error_ == ENOMEM ? std::exchange(receive_error_, 0) : receive_error_;
}

void tls_connection::received(operation& op) noexcept {
    auto& self = *static_cast<inner_operation<receive_operation>&>(op).owner;
    self.receiving_ = false;
    self.take_received(op.result());
    self.go_on_reading();
    self.go_on_closing();
    self.drop_reference();
}

// Writing.

bool tls_connection::start_write(operation& op) noexcept {
    encrypted_ = 0;
    auto const result = stage_ == stage::open ? try_write(op) : -ECANCELED;
    if (!result) {
        writer_ = &op;
        return false;
    }
    op.finish_at_once(*result);
    return true;
}

std::optional<std::int32_t> tls_connection::try_write(operation& op) noexcept {
    for (;;) {
        flush();
        if (send_error_ != 0) return -send_error_;
        if (!flushed()) return std::nullopt;
        if (op.code() == opcode::shutdown) {
            if (engine_.said_goodbye()) return 0;
            if (engine_.say_goodbye() == tls_status::failed) return -EPROTO;
            continue;
        }
        if (encrypted_ != 0) return static_cast<std::int32_t>(encrypted_);
        auto const& data = static_cast<send_operation const&>(op);
        if (data.length == 0) return 0;
        while (encrypted_ < data.length && engine_.out.size() < enough_out) {
            std::size_t count = 0;
            auto const status = engine_.write(static_cast<char const*>(data.data) + encrypted_,
                                              std::min(data.length - encrypted_, tls_engine::largest_record), count);
            encrypted_ += count;
            // With room for it a record can not have to wait, and nothing is renegotiated.
            if (status != tls_status::done) return -EPROTO;
        }
    }
}

void tls_connection::go_on_writing() noexcept {
    if (writer_ == nullptr) return;
    auto& op = *writer_;
    auto const result = stage_ == stage::open ? try_write(op) : std::optional<std::int32_t>(-ECANCELED);
    if (!result || writer_ != &op) return;
    writer_ = nullptr;
    op.finish(*result);
}

// What is being sent stays where it is, and what is put out meanwhile goes into another block.
void tls_connection::flush() noexcept {
    while (!sending_ && !engine_.out.empty() && send_error_ == 0) {
        flight_.swap(engine_.out);
        sending_ = true;
        if (!send_flight()) return add_reference();
        sending_ = false;
    }
}

bool tls_connection::send_flight() noexcept {
    while (send_error_ == 0 && !flight_.empty()) {
        if (stage_ == stage::closed) {
            send_error_ = ECANCELED;
            break;
        }
        auto& op = send_.emplace(*this, below_->handle(), flight_.data(), flight_.size(), &tls_connection::sent);
        if (!below_->start_write(op)) return false;
        take_sent(op.result());
    }
    return true;
}

void tls_connection::take_sent(std::int32_t result) noexcept {
    if (result < 0) {
        // Cancelled by a close alone: nothing else cancels what is under way.
        send_error_ = -result;
        return;
    }
    flight_.consume(static_cast<std::size_t>(result));
    if (!flight_.empty()) return;
    flight_.shrink(most_kept);
    if (engine_.out.capacity() == 0) engine_.out.swap(flight_);
}

void tls_connection::sent(operation& op) noexcept {
    auto& self = *static_cast<inner_operation<send_operation>&>(op).owner;
    self.take_sent(op.result());
    if (!self.send_flight()) return;  // the rest of it goes before anything else
    self.sending_ = false;
    if (self.stage_ != stage::closed) self.flush();
    self.go_on_reading();
    self.go_on_writing();
    self.go_on_closing();
    self.drop_reference();
}

// Closing.

void tls_connection::cancel(operation& op) noexcept {
    keeper const here(*this);
    if (&op == reader_) {
        read_cancelled_ = true;
        if (receiving_) return below_->cancel(*receive_);
        reader_ = nullptr;
        op.finish(-ECANCELED);
    } else if (&op == writer_) {
        writer_ = nullptr;
        // What is encrypted is on its way: it can not be taken back.
        std::int32_t result = encrypted_ != 0 ? static_cast<std::int32_t>(encrypted_) : -ECANCELED;
        if (op.code() == opcode::shutdown && engine_.said_goodbye()) result = 0;
        op.finish(result);
    }
}

bool tls_connection::start_close(close_operation& op) noexcept {
    keeper const here(*this);
    stage_ = stage::closing;
    if (auto* const reader = std::exchange(reader_, nullptr)) reader->finish(-ECANCELED);
    if (auto* const writer = std::exchange(writer_, nullptr)) writer->finish(-ECANCELED);
    go_on_closing();
    if (stage_ == stage::closed) {
        op.finish_at_once(0);
        return true;
    }
    closer_ = &op;
    if (closing_below_) return false;
    try {
        bool const waits = shutdown_timeout_ > clock::duration::zero();
        auto const until = deadline_after(home_->kernel().now(), waits ? shutdown_timeout_ : to_say_goodbye);
        if (until != clock::never()) home_->arm(patience_, until);
    } catch (std::bad_alloc const&) {
        impatient_ = true;
        go_on_closing();
    }
    return false;
}

void tls_connection::close() noexcept {
    keeper const here(*this);
    // What goes at once goes; nobody is waited for.
    if (stage_ == stage::open && flushed() && send_error_ == 0 && !engine_.said_goodbye()) {
        engine_.say_goodbye();
        flush();
    }
    stage_ = stage::closed;
    below_->close();
    // Those that wait for something below hear of it from there.
    if (!receiving_ && !sending_) {
        go_on_reading();
        go_on_writing();
    }
}

// A step of it may bring the next one along, from inside the transport below.
void tls_connection::go_on_closing() noexcept {
    if (stage_ != stage::closing || closing_below_) return;
    if (going_on_) {
        again_ = true;
        return;
    }
    going_on_ = true;
    do {
        again_ = false;
        close_on();
    } while (again_ && stage_ == stage::closing && !closing_below_);
    going_on_ = false;
}

void tls_connection::close_on() noexcept {
    if (!impatient_ && (!say_goodbye() || !hear_goodbye())) return;
    close_below();
}

/// False: it has to wait.
bool tls_connection::say_goodbye() noexcept {
    flush();
    if (sending_) return false;
    if (send_error_ != 0 || engine_.said_goodbye() || !engine_.healthy()) return true;
    engine_.say_goodbye();
    flush();
    return !sending_;
}

/// A peer that may still send is read to its end: to close before would have the kernel reset the connection, and with it
/// throw away what is still on its way to the peer.
bool tls_connection::hear_goodbye() noexcept {
    constexpr std::size_t enough = std::size_t{1} << 20;
    if (shutdown_timeout_ <= clock::duration::zero()) return true;
    char unwanted[4096];
    for (int received = 0; send_error_ == 0 && receive_error_ == 0 && thrown_away_ < enough;) {
        std::size_t count = 0;
        switch (engine_.read(unwanted, sizeof unwanted, count)) {
            case tls_status::done: break;
            case tls_status::ended:
            case tls_status::failed: return true;
            case tls_status::wants_output:
                flush();
                if (sending_) return false;
                break;
            case tls_status::wants_input:
                if (receiving_ || waits_for_its_turn_) return false;
                if (++received > receives_in_a_row && let_others_go_first()) return false;
                if (!receive()) return false;
                break;
        }
    }
    return true;
}

void tls_connection::close_below() noexcept {
    auto& op = close_.emplace(*this, below_->handle(), &tls_connection::closed_below);
    closing_below_ = true;
    if (!below_->start_close(op)) return add_reference();
    end_close();
}

void tls_connection::end_close() noexcept {
    stage_ = stage::closed;
    if (patience_.armed()) home_->disarm(patience_);
    if (auto* const op = std::exchange(closer_, nullptr)) op->finish(0);
}

void tls_connection::closed_below(operation& op) noexcept {
    auto& self = *static_cast<inner_operation<close_operation>&>(op).owner;
    self.end_close();
    self.drop_reference();
}

void tls_connection::lose_patience() noexcept {
    keeper const here(*this);
    impatient_ = true;
    go_on_closing();
}

}  // namespace rota::inline v0::detail
