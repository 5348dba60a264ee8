// Awaits an operation on files.
#pragma once

#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/engine/file_operation.hpp>

#include <cerrno>
#include <coroutine>
#include <cstdint>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// As `operation_awaiter`, and an operation that was withdrawn for a cancel which has been taken back since is begun again.
template <class Operation>
class file_awaiter final : public leaf, public Operation {
public:
    template <class... Args>
    explicit file_awaiter(char const* what, Args&&... args)
        : Operation(std::forward<Args>(args)..., &file_awaiter::completed), what_(what) {}

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_ = &suspend_here(awaiting.promise(), line);
        if (task_->visible != 0) [[unlikely]]
            return task_->raise_at_entry();
        if (task_->home->kernel().submit(*this)) {
            if (--hot.budget > 0) return false;
            wake(*task_);
            return true;
        }
        task_->parked = this;
        return true;
    }

    std::int32_t await_resume() const {
        check_raise();
        return this->result();
    }

    bool cancel(task_state& waiting) noexcept override {
        waiting.home->kernel().cancel(*this);
        return false;
    }
    char const* waits_for() const noexcept override { return what_; }

private:
    static void completed(operation& op) noexcept {
        auto& self = static_cast<file_awaiter&>(op);
        task_state& task = *self.task_;
        if (op.result() == -ECANCELED) {
            if (task.visible != 0)
                task.set(task_raise);
            else if (!task.home->kernel().submit(op))
                return;
        }
        wake(task);
    }

    char const* what_;
    task_state* task_ = nullptr;
};

}  // namespace rota::inline v0::detail
