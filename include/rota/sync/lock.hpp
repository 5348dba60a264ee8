#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/detail/wait_list.hpp>
#include <rota/sync/scoped_hold.hpp>

namespace rota::inline v0 {

class condition;
namespace detail {
class condition_awaiter;
}

/// Lets one task in at a time, first come first served: `release` hands it to whoever has waited longest, and no newcomer
/// comes in between. It knows no owner: any task of its loop may release it, and one that acquires it twice waits for ever.
///
///     auto held = co_await lock.scoped_acquire();
///
/// It does not move. Destroyed while tasks wait for it, it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Lock`.
class lock {
public:
    lock() = default;
    lock(lock const&) = delete;
    lock& operator=(lock const&) = delete;

    /// Waits until the lock is free, and takes it. A free one is taken without giving up the turn, but for once in a
    /// while, so that nothing starves. Who takes it must `release` it; better let `scoped_acquire` do that.
    ///
    /// Errors: `usage_error` where the lock is destroyed meanwhile, or tasks of another loop wait for it.
    /// Cancellation: ends the wait at once, without the lock. A lock that was handed over already is delivered, and the
    /// cancel comes out of the next await.
    /// asyncio: `Lock.acquire`, which gives True.
    [[nodiscard]] detail::entry_awaiter<lock> acquire() noexcept { return detail::entry_awaiter<lock>(*this); }

    /// The same, and gives a guard that releases the lock when it is destroyed.
    ///
    /// Errors: as `acquire`.
    /// Cancellation: as `acquire`.
    /// asyncio: `async with lock`.
    [[nodiscard]] detail::scoped_entry_awaiter<lock> scoped_acquire() noexcept {
        return detail::scoped_entry_awaiter<lock>(*this);
    }

    /// Hands the lock to the task that has waited longest, whose turn then comes; with nobody waiting it is free.
    ///
    /// Errors: `usage_error` where nobody holds it.
    /// asyncio: `Lock.release`; RuntimeError there.
    void release() {
        if (!hand_on("lock.release")) [[unlikely]]
            detail::throw_usage_error("lock.release: the lock is not held; acquire it first");
    }

    /// Whether somebody holds it.
    ///
    /// asyncio: `Lock.locked`.
    bool locked() const noexcept { return locked_; }

private:
    template <class Object>
    friend class detail::entry_awaiter;
    template <class Held>
    friend class scoped_hold;
    friend condition;
    friend class detail::condition_awaiter;

    static constexpr char const* wait_name = "lock.acquire";

    bool try_enter() noexcept {
        if (locked_) return false;
        locked_ = true;
        return true;
    }
    bool hand_on(char const* call) {
        if (!locked_) [[unlikely]]
            return false;
        locked_ = waiters_.wake_first(call);
        return true;
    }

    detail::wait_list waiters_;  // empty while it is free
    detail::hold_list holds_;
    bool locked_ = false;
};

}  // namespace rota::inline v0
