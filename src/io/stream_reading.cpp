// The reading half of stream_state.
#include "stream_state.hpp"

#include "base/fetch_ahead.hpp"

#include <rota/base/error.hpp>
#include <rota/detail/task_start.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rota::inline v0::detail {
namespace {

/// Receives in a row, from one completion, before others have their turn.
constexpr std::int32_t receives_in_a_row = 16;

struct separator_match {
    std::size_t begin = 0;
    std::size_t end = 0;      // 0: there is none
    std::size_t longest = 0;  // of all separators
};

/// The one that ends first; of those that end together the shortest.
separator_match first_match(std::string_view text, std::span<std::string_view const> separators, std::size_t from) {
    separator_match match;
    for (auto const separator : separators) {
        match.longest = std::max(match.longest, separator.size());
        std::size_t const begin = text.find(separator, from);
        if (begin == std::string_view::npos) continue;
        std::size_t const end = begin + separator.size();
        if (match.end != 0 && (end > match.end || (end == match.end && begin < match.begin))) continue;
        match.begin = begin;
        match.end = end;
    }
    return match;
}

}  // namespace

// One body each, this and `received`: what they call is short, and called for every message.
[[gnu::flatten]] bool stream_state::begin_read(read_awaiter& asking) {
    require_own_loop(*asking.task_);
    if (reader != nullptr) throw_usage_error("stream: two tasks read at once; let one read, or use a lock");
    reader = &asking;
    searched = 0;
    direct = false;
    read_ran_short = false;
    asking.verdict_ = read_awaiter::verdict::wait;
    if (asking.kind_ == read_awaiter::kind::more) asking.size_ = buffer.size();
    if (!read_on(hot.budget)) {
        asking.task_->parked = &asking;
        return true;
    }
    if (--hot.budget > 0) return false;
    home->make_ready(*asking.task_);
    return true;
}

bool stream_state::cancel_read() noexcept {
    if (!read_pending) return true;
    via->cancel(*receiving);
    return false;
}

read_awaiter::verdict stream_state::judge(read_awaiter const& asking) noexcept {
    using kind = read_awaiter::kind;
    using verdict = read_awaiter::verdict;
    std::size_t const have = buffer.size();
    std::size_t const wanted = asking.size_;
    if (direct) return verdict::enough;
    verdict at_end = verdict::enough;
    count = have;
    switch (asking.kind_) {
        case kind::some:
        case kind::into:
            count = std::min(have, wanted);
            if (have != 0 || wanted == 0) return verdict::enough;
            break;
        case kind::exactly:
            if (have >= wanted) {
                count = wanted;
                return verdict::enough;
            }
            at_end = verdict::incomplete;
            break;
        case kind::until:
        case kind::line: {
            std::size_t const found = buffer.view().find({asking.data_, wanted}, searched);
            if (found != std::string_view::npos) {
                count = found > options.limit ? found : found + wanted;
                return found > options.limit ? verdict::overrun : verdict::enough;
            }
            searched = have >= wanted ? have - wanted + 1 : 0;
            if (searched > options.limit) {
                count = searched;
                return verdict::overrun;
            }
            if (asking.kind_ == kind::until) at_end = verdict::incomplete;
            break;
        }
        case kind::until_any: {
            auto const found = first_match(buffer.view(), {asking.separators_, wanted}, searched);
            if (found.end != 0) {
                count = found.begin > options.limit ? found.begin : found.end;
                return found.begin > options.limit ? verdict::overrun : verdict::enough;
            }
            searched = have >= found.longest ? have - found.longest + 1 : 0;
            if (searched > options.limit) {
                count = searched;
                return verdict::overrun;
            }
            at_end = verdict::incomplete;
            break;
        }
        case kind::all:
            if (have > wanted) return verdict::overrun;
            break;
        case kind::more:
            if (have > wanted) return verdict::enough;
            if (have >= options.limit && !ended) return verdict::overrun;
            count = 0;
            break;
    }
    if (closed || read_error != 0) return verdict::failed;
    return ended ? at_end : verdict::wait;
}

bool stream_state::read_on(std::int32_t& tries) noexcept {
    for (;;) {
        reader->verdict_ = judge(*reader);
        if (reader->verdict_ != read_awaiter::verdict::wait) return true;
        if (read_ran_short) {
            reader->verdict_ = read_awaiter::verdict::no_memory;
            return true;
        }
        if (tries <= 0) {
            next_turn.queue(transfer_turn::read);
            return false;
        }
        --tries;
        if (!start_receive()) return false;
        if (!read_ran_short) take_in(receiving->result());
    }
}

bool stream_state::start_receive() noexcept {
    using kind = read_awaiter::kind;
    read_awaiter const& asking = *reader;
    // What was shown to a reader before is good until here.
    if (buffer.empty()) buffer.rest();
    if (asking.kind_ == kind::into && asking.size_ >= worth_direct) {
        // Straight into the reader's memory: the buffer is empty, or it would have been satisfied.
        receiving.emplace<receive_operation>(*this, via->handle(), const_cast<char*>(asking.data_), asking.size_,
                                             &stream_state::received);
    } else {
        std::size_t wish = next_receive;
        if (asking.kind_ == kind::exactly) {
            // As much as is missing, but no more than doubles what is there: the size may be a stranger's claim.
            std::size_t const most = std::max(buffer.size(), receive_blocks::largest);
            wish = std::max(wish, std::min(asking.size_ - buffer.size(), most));
        }
        if (buffer.empty() && wish <= receive_blocks::largest) {
            receiving.emplace<receive_operation>(*this, via->handle(), receive_blocks::size_for(wish),
                                                 &stream_state::received);
        } else {
            auto const room = buffer.room(wish);
            if (room.empty()) {
                read_ran_short = true;
                return true;
            }
            receiving.emplace<receive_operation>(*this, via->handle(), room.data(), room.size(),
                                                 &stream_state::received);
        }
    }
    read_pending = true;
    if (!via->start_read(receiving.get<receive_operation>())) return false;
    read_pending = false;
    return true;
}

void stream_state::take_in(std::int32_t result) noexcept {
    auto& op = receiving.get<receive_operation>();
    if (result > 0) {
        auto const bytes = static_cast<std::size_t>(result);
        if (void* const block = op.take_borrowed()) {
            buffer.adopt(block, op.length(), bytes);
        } else if (op.buffer() == static_cast<void const*>(reader->data_)) {
            count = bytes;
            direct = true;
            return;
        } else {
            buffer.commit(bytes);
        }
        if (bytes == op.length() && next_receive < receive_blocks::largest) next_receive *= 2;
        return;
    }
    op.give_back();
    if (result == 0) {
        ended = true;
    } else if (result == -ENOMEM) {
        read_ran_short = true;
    } else if (result != -ECANCELED && !closed) {
        read_error = transfer_error(result);
    }
}

[[gnu::flatten]] void stream_state::received(operation& op) noexcept {
    auto& self = *static_cast<stream_operation<receive_operation>&>(op).owner;
    self.read_pending = false;
    self.take_in(op.result());
    task_state& task = *self.reader->task_;
    if (task.visible != 0 && self.judge(*self.reader) == read_awaiter::verdict::wait) {
        task.set(task_raise);
        return wake(task);
    }
    // The reader's turn comes soon, and often it answers.
    fetch_ahead(task.innermost, 5);
    fetch_ahead(self.via.get(), 1);
    std::int32_t tries = receives_in_a_row;
    if (self.read_on(tries)) wake(task);
}

void stream_state::read_turn() noexcept {
    // Its reader may have gone, another may have come: only one that is waiting and has nothing pending needs it.
    if (reader == nullptr || read_pending || reader->task_->parked != reader) return;
    std::int32_t tries = receives_in_a_row;
    if (read_on(tries)) wake(*reader->task_);
}

std::exception_ptr stream_state::read_failure(read_awaiter const& asking) {
    using kind = read_awaiter::kind;
    switch (asking.verdict_) {
        case read_awaiter::verdict::wait:
        case read_awaiter::verdict::enough: return nullptr;
        case read_awaiter::verdict::incomplete: {
            auto const expected =
                asking.kind_ == kind::exactly ? std::optional<std::size_t>(asking.size_) : std::optional<std::size_t>();
            // They are taken when there is something to hold them.
            try {
                throw incomplete_read_error(peer(), std::string(buffer.view()), expected);
            } catch (incomplete_read_error const&) {
                buffer.consume(buffer.size());
                return std::current_exception();
            }
        }
        case read_awaiter::verdict::overrun: {
            std::string text = "receive from " + peer() + ": ";
            if (asking.kind_ == kind::all)
                text += "more than " + std::to_string(asking.size_) +
                        " bytes came; read them in pieces, or raise stream_options::read_all_limit";
            else
                text += (asking.kind_ == kind::more ? "nobody takes the " : "no separator in ") +
                        std::to_string(options.limit) +
                        " bytes that came; read them with read_some, or raise stream_options::limit";
            return std::make_exception_ptr(limit_overrun_error(text, count));
        }
        case read_awaiter::verdict::failed:
            if (read_error != 0) return via->describe(read_error, "receive from", peer());
            return std::make_exception_ptr(system_error(EBADF, "receive from", peer() + " (the stream is closed)"));
        case read_awaiter::verdict::no_memory: return std::make_exception_ptr(std::bad_alloc());
    }
    return nullptr;
}

}  // namespace rota::inline v0::detail
