#include <rota/thread/concurrent_future.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/hot.hpp>

#include <cstdio>
#include <utility>

namespace rota::inline v0::detail {

void concurrent_state::wait(clock::duration limit) const {
    if (done()) return;
    std::unique_lock held(mutex_);
    if (loop_ != nullptr && loop_ == hot.running)
        throw_usage_error(
            "concurrent_future: its result was waited for on the thread of the loop that is to produce it");
    auto const finished = [this] { return done(); };
    if (limit == clock::duration::max())
        changed_.wait(held, finished);
    else if (!changed_.wait_for(held, limit, finished))
        throw timeout_error(limit);
}

std::exception_ptr concurrent_state::exception() const {
    if (cancelled()) throw cancelled_error();
    return error_;
}

void concurrent_state::require_value() const {
    if (auto error = exception()) std::rethrow_exception(error);
}

void concurrent_state::finish(stage as, std::exception_ptr error) noexcept {
    concurrent_watcher* told = nullptr;
    {
        std::lock_guard const held(mutex_);
        error_ = std::move(error);
        loop_ = nullptr;
        // Handles to a task belong to the loop's thread; this is the last moment on it.
        task_ = any_task();
        stage_.store(as, std::memory_order_release);
        changed_.notify_all();
        told = std::exchange(watchers_, nullptr);
    }
    while (told != nullptr) {
        auto* const next = told->next;
        told->done(*told);
        told = next;
    }
}

bool concurrent_state::watch(concurrent_watcher& watcher) noexcept {
    std::lock_guard const held(mutex_);
    if (done()) return false;
    *last_watcher_ = &watcher;
    last_watcher_ = &watcher.next;
    return true;
}

bool concurrent_state::ask_to_stop(std::shared_ptr<concurrent_state> const& self) {
    std::lock_guard const held(mutex_);
    if (loop_ == nullptr) return false;
    // The loop is there for as long as this is not done, and that is told under the same lock.
    loop_->call_soon_threadsafe([self] {
        if (!self->done() && self->task()) self->task().cancel();
    });
    return true;
}

void report_callback_error(std::exception_ptr error) noexcept {
    try {
        loop::default_exception_handler({"a callback of a concurrent_future threw", std::move(error)});
    } catch (...) {
        std::fputs("rota: an error, and no memory to tell it\n", stderr);
    }
}

}  // namespace rota::inline v0::detail
