#include <rota/thread/to_thread.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/task_start.hpp>

#include <cerrno>
#include <utility>

namespace rota::inline v0::detail {

bool thread_job::start(task_state& for_task) {
    task_ = &for_task;
    if (for_task.context != nullptr) {
        // A copy of its own: the counts of shared ones belong to the loop's thread.
        context_ = new context_map;
        try {
            context_->items = for_task.context->items;
        } catch (...) {
            release(std::exchange(context_, nullptr));
            throw;
        }
    }
    if (submit()) return true;
    release(std::exchange(context_, nullptr));
    return false;
}

bool thread_job::submit() noexcept { return !task_->home->kernel().submit(*this); }

void thread_job::withdraw() noexcept { task_->home->kernel().cancel(*this); }

void thread_job::abandon() noexcept {
    task_state const& task = *std::exchange(task_, nullptr);
    task.home->kernel().cancel(*this);
}

void thread_job::rethrow() const {
    if (error_) std::rethrow_exception(error_);
    if (result() != 0) throw_system_error(-result(), "to_thread: start a thread");
}

void thread_job::work_in_thread(blocking_operation& op) noexcept {
    auto& self = static_cast<thread_job&>(op);
    auto* const before = std::exchange(hot.context, std::exchange(self.context_, nullptr));
    try {
        self.call();
    } catch (...) {
        self.error_ = std::current_exception();
    }
    release(std::exchange(hot.context, before));
}

void thread_job::completed(operation& op) noexcept {
    auto& self = static_cast<thread_job&>(op);
    if (self.task_ == nullptr) {
        release(std::exchange(self.context_, nullptr));
        return self.destroy();
    }
    task_state& task = *self.task_;
    if (op.result() == -ECANCELED) {
        // Withdrawn for a cancel that has been taken back since: once more.
        if (task.visible == 0 && self.submit()) return;
        if (task.visible != 0) task.set(task_raise);
    }
    release(std::exchange(self.context_, nullptr));
    wake(task);
}

}  // namespace rota::inline v0::detail
