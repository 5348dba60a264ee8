#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <source_location>

namespace rota::inline v0::detail {

/// A task that waits at a sync object, in the awaiter.
class waiter : public leaf, public list_node {
public:
    /// Leaves the list: nothing was handed over yet, else the task would be awake.
    bool cancel(task_state&) noexcept override {
        unlink();
        return true;
    }

    task_state* task = nullptr;
    void* object;  // what it waits at; null: that was destroyed

protected:
    explicit waiter(void* at) noexcept : object(at) {}
    waiter(waiter&& unparked) noexcept = default;
    ~waiter() = default;

    void check_abandoned() const {
        if (object == nullptr) [[unlikely]]
            throw_abandoned();
    }

private:
    [[noreturn]] ROTA_API void throw_abandoned() const;
};

/// The tasks that wait at a sync object, first come first served.
///
/// Whoever wakes a waiter hands over what it waits for in the same step, so nobody overtakes, and a waiter that is cancelled
/// has nothing to give back: it unlinks. A waiter that is awake has what it came for; a cancel that comes now leaves it that.
class wait_list {
public:
    wait_list() = default;
    wait_list(wait_list const&) = delete;
    wait_list& operator=(wait_list const&) = delete;
    /// Whoever still waits gets an error.
    ~wait_list() {
        if (!empty()) [[unlikely]]
            abandon_all();
    }

    bool empty() const noexcept { return waiters_.empty(); }
    waiter* first() noexcept { return waiters_.front(); }
    waiter* after(waiter& w) noexcept { return waiters_.after(w); }

    /// Lets `task`, which has noted where it suspends, wait behind the others.
    void park(waiter& w, task_state& task) {
        if (waiter const* const other = waiters_.front(); other != nullptr && other->task->home != task.home) [[unlikely]]
            throw_other_loop(w);
        w.task = &task;
        task.parked = &w;
        waiters_.push_back(w);
    }
    /// One that is parked already comes over from another list.
    void take_over(waiter& parked) noexcept { waiters_.push_back(parked); }

    waiter* pop() noexcept { return waiters_.pop_front(); }
    /// False: nobody waits.
    bool wake_first() noexcept {
        waiter* const woken = waiters_.pop_front();
        if (woken == nullptr) return false;
        wake(*woken->task);
        return true;
    }
    void wake_all() noexcept {
        while (wake_first()) {}
    }

private:
    [[noreturn]] ROTA_API static void throw_other_loop(waiter const& w);
    ROTA_API void abandon_all() noexcept;

    intrusive_list<waiter> waiters_;
};

/// Waits at an `Object` that lets it in at once (`try_enter`) or wakes it later, with what it came for.
template <class Object>
class entry_awaiter : public waiter {
public:
    explicit entry_awaiter(Object& at) noexcept : waiter(&at) {}

    bool await_ready() noexcept { return may_finish_at_once() && entered().try_enter(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        if (entered().try_enter()) [[unlikely]]
            wake(suspended);  // its budget is used up
        else
            entered().waiters_.park(*this, suspended);
        return true;
    }

    void await_resume() const {
        check_raise();
        check_abandoned();
    }

    char const* waits_for() const noexcept override { return Object::wait_name; }

protected:
    Object& entered() const noexcept { return *static_cast<Object*>(object); }
};

}  // namespace rota::inline v0::detail
