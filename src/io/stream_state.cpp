#include "stream_state.hpp"

#include <rota/base/error.hpp>
#include <rota/core/debug.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/task_start.hpp>
#include "core/making.hpp"

#include <cstdint>
#include <exception>
#include <utility>

namespace rota::inline v0::detail {
namespace {

bool is_parked(leaf const& on, task_state const& task) noexcept { return task.parked == &on; }

}  // namespace

void stream_ref::destroy(stream_block* block) noexcept { delete static_cast<stream_state*>(block); }

void transfer_turn::queue(way which) noexcept {
    due_ |= which;
    if (queued_) return;
    queued_ = true;
    ++owner_->references;
    owner_->home->push(*this);
}

void transfer_turn::call() {
    auto const due = std::exchange(due_, std::uint8_t{0});
    if ((due & read) != 0) owner_->read_turn();
    if ((due & write) != 0) owner_->write_turn();
}

// Its turn is over, or will not come any more.
void transfer_turn::destroy() noexcept {
    add_reference();
    bool const was_called = std::exchange(called, false);
    if (was_called && due_ != 0) return owner_->home->push(*this);
    due_ = 0;
    queued_ = false;
    stream_ref const last(owner_);
}

void stream_state::require_own_loop(task_state const& task) const {
    if (task.home != home)
        throw_usage_error(
            "a stream was awaited that belongs to another loop; hand bytes across with run_coroutine_threadsafe");
}

bool stream_state::begin_close(close_awaiter* asking) noexcept {
    if (!closed) {
        closed = true;
        auto& op = closing.emplace<close_operation>(*this, via->handle(), &stream_state::close_done);
        if (!via->start_close(op)) {
            close_pending = true;
            ++references;
        }
        fail_waiters();
    }
    if (!close_pending) return false;
    if (asking != nullptr) closers.push_back(*asking);
    return true;
}

void stream_state::close_done(operation& op) noexcept {
    stream_ref const self(static_cast<stream_operation<close_operation>&>(op).owner);
    auto& state = static_cast<stream_state&>(*self.get());
    state.close_pending = false;
    while (auto* const waiting = state.closers.pop_front()) wake(*waiting->task_);
}

// Not where an error unwinds, or has ended the connection: nobody can be expected to await a close then.
void stream_state::drop() noexcept {
    if (!closed && debug_mode() && !options.may_be_dropped && via && via->handle() != io_handle() && read_error == 0 &&
        write_error == 0 && broken_size == 0 && std::uncaught_exceptions() == 0) {
        try {
            report_debug("a stream, of " + peer() + ", was dropped without a close; co_await its close() at its end" +
                         describe_making(this));
        } catch (std::exception const&) {
            report_debug("a stream was dropped without a close");
        }
    }
    close_now();
}

void stream_state::close_now() noexcept {
    if (closed) return;
    closed = true;
    // Outside its loop, which may be gone, the engine's own end closes it.
    if (via && hot.running != nullptr && static_cast<scheduler*>(hot.running) == home) via->close();
    fail_waiters();
}

// Those whose operation is pending hear of the close by its end.
void stream_state::fail_waiters() noexcept {
    if (reader != nullptr && !read_pending && is_parked(*reader, *reader->task_)) {
        reader->verdict_ = judge(*reader);
        wake(*reader->task_);
    }
    std::int32_t tries = 0;
    if (!write_pending) write_on(tries);
}

}  // namespace rota::inline v0::detail
