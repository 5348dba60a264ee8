#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/wait_list.hpp>
#include <rota/sync/lock.hpp>
#include <rota/sync/scoped_hold.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

class condition;

namespace detail {

/// Waits in two places, one after the other: for a notification, then for the lock. A notification moves it from the
/// condition's list to the lock's, so its task wakes once, with the lock.
class ROTA_API condition_awaiter final : public waiter {
public:
    explicit condition_awaiter(condition& at) noexcept : waiter(&at) {}

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        begin(suspended);
        return true;
    }

    bool await_resume() const;

    bool cancel(task_state&) noexcept override;
    char const* waits_for() const noexcept override;

private:
    friend rota::condition;
    enum class place : std::uint8_t { condition, lock_notified, lock_only };

    void begin(task_state& suspended);

    place where_ = place::condition;
    bool cancelled_ = false;
};

}  // namespace detail

/// Lets tasks wait until another one says that something has changed, together with the lock that guards it. `wait` gives
/// the lock up while it waits, and has it again when it returns or throws.
///
///     auto held = co_await changed.scoped_acquire();
///     co_await changed.wait_for([&] { return !items.empty(); });
///
/// Tasks that are notified get the lock in the order in which they came, behind those that wait for it already. They wake
/// only when they have it.
///
/// It does not move. Destroyed while tasks wait for it, it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Condition`.
class ROTA_API condition {
public:
    /// With a lock of its own.
    condition() noexcept : lock_(&own_) {}
    /// With a lock that several conditions may share; it must outlive them.
    explicit condition(rota::lock& given) noexcept : lock_(&given) {}
    condition(condition const&) = delete;
    condition& operator=(condition const&) = delete;
    ~condition();

    /// Its lock, and what can be done with it: `lock::acquire`, `lock::scoped_acquire`, `lock::release`, `lock::locked`.
    ///
    /// Cancellation: as of the lock.
    /// asyncio: `Condition` has `acquire`, `release` and `locked`, too.
    rota::lock& get_lock() noexcept { return *lock_; }
    [[nodiscard]] auto acquire() noexcept { return lock_->acquire(); }
    [[nodiscard]] auto scoped_acquire() noexcept { return lock_->scoped_acquire(); }
    void release() { lock_->release(); }
    bool locked() const noexcept { return lock_->locked(); }

    /// Releases the lock, waits for a notification, acquires the lock again, and gives true.
    ///
    /// Errors: `usage_error` where the lock is not held, where the condition is destroyed meanwhile, or where tasks of
    /// another loop wait for it.
    /// Cancellation: ends the wait; the lock is acquired first, shielded, then the cancel comes out. A notification that
    /// the task had got, but not yet the lock, goes at once to the next that waits. Who has the lock again already returns,
    /// and the cancel comes out of the next await.
    /// asyncio: `Condition.wait`, which also notifies another task when it was cancelled without a notification.
    [[nodiscard]] detail::condition_awaiter wait() noexcept { return detail::condition_awaiter(*this); }

    /// Waits until `predicate(args...)`, asked with the lock held, is true, and gives what it gave. It costs a coroutine's
    /// frame. The predicate and the arguments are copied.
    ///
    /// Errors: as `wait`, and what the predicate throws.
    /// Cancellation: as `wait`. A predicate that is true at once checks nothing.
    /// asyncio: `Condition.wait_for`.
    template <class Predicate, class... Args>
        requires std::predicate<Predicate&, Args&...>
    coro<std::remove_cvref_t<std::invoke_result_t<Predicate&, Args&...>>> wait_for(Predicate predicate, Args... args) {
        for (;;) {
            auto answer = std::invoke(predicate, args...);
            if (answer) co_return answer;
            co_await wait();
        }
    }

    /// Notifies the `n` tasks that have waited longest, or all if there are fewer.
    ///
    /// Errors: `usage_error` where the lock is not held.
    /// asyncio: `Condition.notify`; RuntimeError there.
    void notify(std::size_t n = 1);

    /// Notifies all.
    ///
    /// Errors: `usage_error` where the lock is not held.
    /// asyncio: `Condition.notify_all`; RuntimeError there.
    void notify_all();

private:
    friend detail::condition_awaiter;

    void pass_on() noexcept;

    rota::lock own_;
    rota::lock* lock_;
    detail::wait_list waiters_;
};

}  // namespace rota::inline v0
