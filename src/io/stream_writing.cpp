// The writing half of stream_state.
#include "stream_state.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/task_start.hpp>

#include <cerrno>
#include <exception>
#include <string>
#include <utility>

namespace rota::inline v0::detail {
namespace {

/// Sends in a row, from one completion, before others have their turn.
constexpr std::int32_t sends_in_a_row = 16;

}  // namespace

// Inline: after a call of the kernel each return is mispredicted.
[[gnu::always_inline]] inline bool stream_state::start_send(write_awaiter& first) noexcept {
    write_pending = true;
    bool const at_once = via->start_write(sending.emplace<send_operation>(
        *this, via->handle(), first.data_ + first.sent_, first.size_ - first.sent_, &stream_state::written));
    if (at_once) write_pending = false;
    return at_once;
}

bool stream_state::begin_write(write_awaiter& asking) {
    using verdict = write_awaiter::verdict;
    require_own_loop(*asking.task_);
    bool started = false;
    // Most find nobody before them and room for all: these need no place in the list.
    if (writers.empty() && asking.kind_ == write_awaiter::kind::bytes && asking.size_ != 0 && may_write() &&
        !write_ended && hot.budget > 0) [[likely]] {
        --hot.budget;
        started = !start_send(asking);
        if (!started) take_sent(asking, sending->result());
        if (asking.sent_ == asking.size_) asking.verdict_ = verdict::done;
    }
    if (asking.verdict_ == verdict::wait) [[unlikely]] {
        writers.push_back(asking);
        if (!started && writers.front() == &asking) write_on(hot.budget);
        if (asking.verdict_ == verdict::wait) {
            asking.task_->parked = &asking;
            return true;
        }
    }
    if (--hot.budget > 0) return false;
    home->make_ready(*asking.task_);
    return true;
}

bool stream_state::cancel_write(write_awaiter& asking) noexcept {
    bool const first = writers.front() == &asking;
    if (first && write_pending) {
        via->cancel(*sending);
        return false;
    }
    give_up(asking);
    std::int32_t tries = sends_in_a_row;
    if (first) write_on(tries);
    return true;
}

bool stream_state::is_complete(write_awaiter const& asking) const noexcept {
    if (asking.kind_ == write_awaiter::kind::end) return write_ended;
    return asking.sent_ != 0 && asking.sent_ == asking.size_;
}

void stream_state::give_up(write_awaiter& half_way) noexcept {
    half_way.unlink();
    keep_how_far_it_got(half_way);
}

void stream_state::keep_how_far_it_got(write_awaiter const& half_way) noexcept {
    if (half_way.sent_ == 0) return;
    broken_sent = half_way.sent_;
    broken_size = half_way.size_;
}

void stream_state::conclude(write_awaiter& first, write_awaiter::verdict how) noexcept {
    first.unlink();
    first.verdict_ = how;
    // One that is just beginning is not parked, and goes on by itself.
    if (first.task_->parked == &first) wake(*first.task_);
}

void stream_state::write_on(std::int32_t& tries) noexcept {
    using kind = write_awaiter::kind;
    using verdict = write_awaiter::verdict;
    while (auto* const first = writers.front()) {
        bool const bytes = first->kind_ == kind::bytes;
        bool const possible = may_write() && !(bytes && write_ended);
        // To write nothing is done where something could be written.
        if (is_complete(*first) || (possible && bytes && first->size_ == 0)) {
            conclude(*first, verdict::done);
        } else if (!possible) {
            conclude(*first, verdict::failed);
        } else if (std::exchange(write_ran_short, false)) {
            keep_how_far_it_got(*first);
            conclude(*first, verdict::no_memory);
        } else if (tries <= 0) {
            return next_turn.queue(transfer_turn::write);
        } else {
            --tries;
            if (!start_next(*first)) return;
            take_sent(*first, sending->result());
        }
    }
}

bool stream_state::start_next(write_awaiter& first) noexcept {
    if (first.kind_ == write_awaiter::kind::bytes) return start_send(first);
    write_pending = true;
    bool const at_once = via->start_shutdown(sending.emplace<shutdown_operation>(
        *this, via->handle(), shutdown_operation::side::send, &stream_state::written));
    if (at_once) write_pending = false;
    return at_once;
}

void stream_state::take_sent(write_awaiter& first, std::int32_t result) noexcept {
    if (result == -ENOMEM) {
        write_ran_short = true;
    } else if (result < 0) {
        if (result != -ECANCELED && !closed) write_error = transfer_error(result);
    } else if (first.kind_ == write_awaiter::kind::end) {
        write_ended = true;
    } else {
        first.sent_ += static_cast<std::size_t>(result);
    }
}

void stream_state::written(operation& op) noexcept {
    auto& self = op.code() == opcode::send ? *static_cast<stream_operation<send_operation>&>(op).owner
                                           : *static_cast<stream_operation<shutdown_operation>&>(op).owner;
    self.write_pending = false;
    write_awaiter& first = *self.writers.front();
    self.take_sent(first, op.result());
    if (task_state& task = *first.task_; task.visible != 0 && !self.is_complete(first) && self.may_write()) {
        self.give_up(first);
        self.write_ran_short = false;
        task.set(task_raise);
        wake(task);
    }
    std::int32_t tries = sends_in_a_row;
    self.write_on(tries);
}

void stream_state::write_turn() noexcept {
    if (write_pending) return;
    std::int32_t tries = sends_in_a_row;
    write_on(tries);
}

std::exception_ptr stream_state::write_failure(write_awaiter const& asking) const {
    bool const bytes = asking.kind_ == write_awaiter::kind::bytes;
    char const* const operation = bytes ? "send to" : "shut down the sending side to";
    std::string const to = peer();
    if (closed || write_error != 0) {
        std::string object = to;
        if (closed) object += " (the stream is closed)";
        if (asking.sent_ != 0)
            object += " (" + std::to_string(asking.sent_) + " of " + std::to_string(asking.size_) + " bytes went)";
        if (write_error != 0) return via->describe(write_error, operation, std::move(object));
        return std::make_exception_ptr(system_error(EBADF, operation, std::move(object)));
    }
    if (broken_size != 0) return std::make_exception_ptr(broken_write_error(to, broken_sent, broken_size));
    return std::make_exception_ptr(usage_error("stream: write to " + to + " after write_eof"));
}

}  // namespace rota::inline v0::detail
