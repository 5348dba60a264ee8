#include <rota/detail/stream_awaiter.hpp>

#include "stream_state.hpp"

#include <rota/detail/task_start.hpp>

#include <exception>
#include <new>
#include <utility>

namespace rota::inline v0::detail {

stream_state& read_awaiter::state() const noexcept { return static_cast<stream_state&>(*stream_.get()); }

bool read_awaiter::begin(task_state& task) {
    task_ = &task;
    if (task.visible != 0) [[unlikely]]
        return task.raise_at_entry();
    return state().begin_read(*this);
}

bool read_awaiter::cancel(task_state&) noexcept { return state().cancel_read(); }

// The reader stays the stream's reader until here: nobody else may take what it was woken for.
void read_awaiter::leave() noexcept {
    if (state().reader == this) state().reader = nullptr;
}

void read_awaiter::finish() {
    leave();
    check_raise();
    if (verdict_ != verdict::enough) [[unlikely]]
        if (auto error = state().read_failure(*this)) std::rethrow_exception(std::move(error));
}

bool read_awaiter::take_cancel() noexcept {
    if (!take_raise()) return false;
    leave();
    return true;
}

std::exception_ptr read_awaiter::take_error() {
    leave();
    return verdict_ == verdict::enough ? nullptr : state().read_failure(*this);
}

std::string read_awaiter::take_string() {
    finish();
    return state().buffer.take(state().count);
}

std::size_t read_awaiter::take_count() {
    finish();
    stream_state& from = state();
    if (kind_ == kind::into && !from.direct) from.buffer.take_into(const_cast<char*>(data_), from.count);
    return from.count;
}

stream_state& write_awaiter::state() const noexcept { return static_cast<stream_state&>(*stream_.get()); }

bool write_awaiter::begin(task_state& task) {
    task_ = &task;
    if (task.visible != 0) [[unlikely]]
        return task.raise_at_entry();
    return state().begin_write(*this);
}

bool write_awaiter::cancel(task_state&) noexcept { return state().cancel_write(*this); }

std::exception_ptr write_awaiter::take_error() {
    if (verdict_ == verdict::no_memory) return std::make_exception_ptr(std::bad_alloc());
    return verdict_ == verdict::failed ? state().write_failure(*this) : nullptr;
}

void write_awaiter::await_resume() {
    check_raise();
    if (auto error = take_error()) [[unlikely]]
        std::rethrow_exception(std::move(error));
}

bool close_awaiter::begin(task_state& task) {
    task_ = &task;
    auto& state = static_cast<stream_state&>(*stream_.get());
    state.require_own_loop(task);
    if (task.visible != 0) [[unlikely]] {
        state.begin_close(nullptr);
        return task.raise_at_entry();
    }
    if (!state.begin_close(this)) {
        if (--hot.budget > 0) return false;
        wake(task);
        return true;
    }
    task.parked = this;
    return true;
}

}  // namespace rota::inline v0::detail
