#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <coroutine>
#include <source_location>
#include <utility>

namespace rota::inline v0::detail {

// Not a `list_node`: most awaits never park, and links that only parking sets save each of them three stores.
struct wait_link {
    wait_link* previous;
    wait_link* next;
};

/// A task that waits at a sync object, in the awaiter.
class waiter : public leaf, public wait_link {
public:
    /// Leaves the list: nothing was handed over yet, else the task would be awake.
    bool cancel(task_state&) noexcept override {
        unlink();
        return true;
    }
    void unlink() noexcept {
        previous->next = next;
        next->previous = previous;
    }

    task_state* task;  // since it is parked
    void* object;      // what it waits at; null: that was destroyed

protected:
    explicit waiter(void* at) noexcept : object(at) {}
    waiter(waiter&& unparked) noexcept : leaf(static_cast<leaf&&>(unparked)), wait_link(), object(unparked.object) {}
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
    wait_list() noexcept : root_{&root_, &root_} {}
    wait_list(wait_list const&) = delete;
    wait_list& operator=(wait_list const&) = delete;
    /// Whoever still waits gets an error.
    ~wait_list() {
        if (!empty()) [[unlikely]]
            abandon_all();
    }

    bool empty() const noexcept { return root_.next == &root_; }
    waiter* first() noexcept { return checked(root_.next); }
    waiter* after(waiter& w) noexcept { return checked(w.next); }

    /// Lets `task`, which has noted where it suspends, wait behind the others.
    void park(waiter& w, task_state& task) {
        if (!empty() && of(root_.next).task->home != task.home) [[unlikely]]
            throw_other_loop(w);
        w.task = &task;
        task.parked = &w;
        take_over(w);
    }
    /// One that is parked already comes over from another list.
    void take_over(waiter& parked) noexcept {
        parked.next = &root_;
        parked.previous = root_.previous;
        root_.previous->next = &parked;
        root_.previous = &parked;
    }

    /// Null: nobody waits.
    waiter* pop() noexcept {
        waiter* const popped = first();
        if (popped != nullptr) popped->unlink();
        return popped;
    }
    /// False: nobody waits. In debug mode throws `usage_error`, which names `call`, where who waits belongs to another
    /// thread's loop; with a `call` of null it does not.
    bool wake_first(char const* call) {
        if (empty()) return false;
        waiter& woken = of(root_.next);
        // As `wake`, but for the check: this is asked between any two turns of tasks that hand a lock round.
        scheduler* const here = hot.running;
        if (woken.task->home != here) [[unlikely]]
            return wake_elsewhere(call);
        woken.unlink();
        here->make_ready(*woken.task);
        return true;
    }
    void wake_all(char const* call) {
        while (wake_first(call)) {}
    }
    /// The check alone.
    void check_owner(char const* call) const {
        if (!empty()) detail::check_owner(static_cast<waiter const&>(*root_.next).task->home, call);
    }

private:
    [[noreturn]] ROTA_API static void throw_other_loop(waiter const& w);
    ROTA_API void abandon_all() noexcept;
    ROTA_API bool wake_elsewhere(char const* call);

    waiter* checked(wait_link* link) noexcept { return link == &root_ ? nullptr : &of(link); }
    // By reference: a pointer's cast would look for null.
    static waiter& of(wait_link* link) noexcept { return static_cast<waiter&>(*link); }

    wait_link root_;
};

/// Waits at an `Object` that lets it in at once (`try_enter`) or wakes it later, with what it came for.
template <class Object>
class entry_awaiter : public waiter {
public:
    explicit entry_awaiter(Object& at) noexcept : waiter(&at) {}

    bool await_ready() noexcept { return may_finish_at_once() && entered().try_enter(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
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
    bool take_cancel() const noexcept { return take_raise(); }

    char const* waits_for() const noexcept override { return Object::wait_name; }

protected:
    Object& entered() const noexcept { return *static_cast<Object*>(object); }
};

}  // namespace rota::inline v0::detail
