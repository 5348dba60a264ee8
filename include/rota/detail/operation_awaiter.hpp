#pragma once

#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/engine/operation.hpp>

#include <cerrno>
#include <coroutine>
#include <cstdint>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

/// Awaits an operation of the engine: the operation and the leaf in one, in the coroutine's frame. Gives the operation's
/// result, a count or 0 or a negative errno. A cancel asks the engine; where the operation answers that nothing happened
/// the await raises, else its result is delivered.
template <class Operation>
class operation_awaiter : public leaf, public Operation {
public:
    template <class... Args>
    explicit operation_awaiter(char const* what, Args&&... args)
        : operation_awaiter(&operation_awaiter::completed, what, std::forward<Args>(args)...) {}

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
    bool take_cancel() const noexcept { return take_raise(); }

    bool cancel(task_state& waiting) noexcept override {
        waiting.home->kernel().cancel(*this);
        return false;
    }
    char const* waits_for() const noexcept override { return what_; }

protected:
    template <class... Args>
    operation_awaiter(operation::completion on_completion, char const* what, Args&&... args)
        : Operation(std::forward<Args>(args)..., on_completion), what_(what) {}

    /// The task goes on: with a raise where nothing happened because of a cancel.
    void go_on() noexcept {
        if (this->result() == -ECANCELED && task_->visible != 0) task_->set(task_raise);
        wake(*task_);
    }
    task_state& task() noexcept { return *task_; }

private:
    static void completed(operation& op) noexcept { static_cast<operation_awaiter&>(op).go_on(); }

    char const* what_;
    task_state* task_ = nullptr;
};

}  // namespace rota::inline v0::detail
