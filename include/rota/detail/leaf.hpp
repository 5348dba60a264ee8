#pragma once

#include <rota/base/export.hpp>

namespace rota::inline v0::detail {

struct task_state;

/// Is shown what a task waits for: the `task_state` or `future_state` of each, by address.
class awaited_visitor {
public:
    virtual void visit(void const* task_or_future) = 0;

protected:
    ~awaited_visitor() = default;
};

/// What a suspended task is parked on: an awaitable that can really wait. It lives in the awaiter. Until it is awaited it
/// may be moved.
class leaf {
public:
    leaf& operator=(leaf const&) = delete;

    /// The task is cancelled. True: the wait is withdrawn, nothing was taken, and the caller resumes the task with
    /// `cancelled_error`. False: the request was passed on, and the leaf itself will wake the task when what it waits
    /// for has ended.
    virtual bool cancel(task_state& waiting) noexcept = 0;

    /// The task it waits for, where that is all it waits for: a cancel is handed on to that one, and `cancel` is called only
    /// in a ring of tasks that await each other.
    virtual task_state* awaited_task() const noexcept { return nullptr; }

    /// Shows `to` each task and future that it waits for, done ones left out.
    virtual void each_awaited(awaited_visitor& to) const {
        if (task_state const* const task = awaited_task()) to.visit(task);
    }

    /// The deadline of a timer has come.
    virtual void fire() noexcept {}

    /// What the task waits for, as shown to people: `sleep`, `lock.acquire`.
    virtual char const* waits_for() const noexcept = 0;

protected:
    leaf() = default;
    leaf(leaf const&) = delete;
    leaf(leaf&&) noexcept {}
    ~leaf() = default;
};

}  // namespace rota::inline v0::detail
