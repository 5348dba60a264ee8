#include <rota/thread/to_thread.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/task_start.hpp>

#include <cerrno>
#include <utility>

namespace rota::inline v0::detail {

bool thread_job::start(task_state& for_task) {
    task_ = &for_task;
    home = for_task.home;
    if (!target_) target_ = static_cast<loop&>(*home).default_executor();
    if (for_task.context != nullptr && !in_executor_) {
        // A copy of its own: the counts of shared ones belong to the loop's thread.
        context_ = new context_map;
        try {
            context_->items = for_task.context->items;
        } catch (...) {
            release(std::exchange(context_, nullptr));
            throw;
        }
    }
    try {
        if (submit()) return true;
    } catch (...) {
        release(std::exchange(context_, nullptr));
        throw;
    }
    release(std::exchange(context_, nullptr));
    return false;
}

bool thread_job::submit() {
    if (!target_) return !home->kernel().submit(*this);
    target_->submit(*this);
    home->expect_from_outside();
    return true;
}

void thread_job::withdraw() noexcept {
    if (target_)
        target_->withdraw(*this);
    else
        home->kernel().cancel(*this);
}

void thread_job::abandon() noexcept {
    task_ = nullptr;
    withdraw();
}

void thread_job::rethrow() const {
    if (error_) std::rethrow_exception(error_);
    // An executor's end cancels what it has not begun.
    if (result() == -ESHUTDOWN) throw cancelled_error();
    if (result() != 0) throw_system_error(-result(), "to_thread: start a thread");
}

void thread_job::ended(std::int32_t result) noexcept {
    finish_at_once(result);
    back_.send(
        *home,
        [](void* job) noexcept {
            auto& self = *static_cast<thread_job*>(job);
            self.home->came_from_outside();
            self.finish(self.result());
        },
        this);
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
        try {
            if (task.visible == 0 && self.submit()) return;
        } catch (...) {
            self.error_ = std::current_exception();
        }
        if (task.visible != 0) task.set(task_raise);
    }
    release(std::exchange(self.context_, nullptr));
    wake(task);
}

}  // namespace rota::inline v0::detail
