#pragma once

#include <rota/detail/wait_list.hpp>

namespace rota::inline v0 {

class event;

namespace detail {

class event_awaiter final : public entry_awaiter<event> {
public:
    using entry_awaiter<event>::entry_awaiter;
    bool await_resume() const {
        entry_awaiter<event>::await_resume();
        return true;
    }
};

}  // namespace detail

/// A flag that tasks can wait for. `set` wakes all that wait, in the order in which they came; those that come while it is
/// set do not wait at all.
///
/// It does not move. Destroyed while tasks wait for it, it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Event`.
class event {
public:
    event() = default;
    event(event const&) = delete;
    event& operator=(event const&) = delete;

    /// Waits until it is set, and gives true. Set already, it does not give up the turn, but for once in a while, so that
    /// nothing starves.
    ///
    /// Errors: `usage_error` where the event is destroyed meanwhile, or tasks of another loop wait for it.
    /// Cancellation: ends the wait at once; nothing is lost. Who was woken by `set` already returns true, and the cancel
    /// comes out of the next await.
    /// asyncio: `Event.wait`.
    [[nodiscard]] detail::event_awaiter wait() noexcept { return detail::event_awaiter(*this); }

    /// Sets it and wakes all that wait; they return also where it is cleared before their turn comes.
    ///
    /// asyncio: `Event.set`.
    void set() {
        waiters_.check_owner("event.set");
        set_ = true;
        waiters_.wake_all(nullptr);
    }

    /// From now on tasks wait again.
    ///
    /// asyncio: `Event.clear`.
    void clear() noexcept { set_ = false; }

    /// asyncio: `Event.is_set`.
    bool is_set() const noexcept { return set_; }

private:
    template <class Object>
    friend class detail::entry_awaiter;

    static constexpr char const* wait_name = "event.wait";
    bool try_enter() const noexcept { return set_; }

    detail::wait_list waiters_;  // empty while it is set
    bool set_ = false;
};

}  // namespace rota::inline v0
