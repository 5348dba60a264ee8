#include <rota/thread/wrap_future.hpp>

#include <rota/detail/scheduler.hpp>

#include <exception>

namespace rota::inline v0::detail {

bool concurrent_awaiter_base::begin(task_state& task) {
    if (task.visible != 0) [[unlikely]]
        return task.raise_at_entry();
    task_ = &task;
    home_ = task.home;
    task.parked = this;
    // From here on the other thread may have told.
    if (awaited_->watch(*this)) return true;
    task.parked = nullptr;
    return let_others_go_first(task);
}

bool concurrent_awaiter_base::cancel(task_state&) noexcept {
    try {
        concurrent_state::cancel(awaited_);
    } catch (...) {
        // No memory to ask with: it ends when it ends, and the request stays.
    }
    return false;
}

void concurrent_awaiter_base::told(concurrent_watcher& watcher) noexcept {
    auto& self = static_cast<concurrent_awaiter_base&>(watcher);
    self.back_.send(*self.home_, &concurrent_awaiter_base::back, &self);
}

void concurrent_awaiter_base::back(void* awaiter) noexcept {
    auto& self = *static_cast<concurrent_awaiter_base*>(awaiter);
    task_state& task = *self.task_;
    if (task.visible != 0 && self.awaited_->cancelled()) task.set(task_raise);
    self.forget();
    wake(task);
}

}  // namespace rota::inline v0::detail
