#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>
#include <rota/detail/wait_list.hpp>
#include <rota/sync/scoped_hold.hpp>

#include <cstddef>
#include <limits>

namespace rota::inline v0 {

/// A number of permits, given out first come first served: `release` hands one to whoever has waited longest, and no
/// newcomer comes in between.
///
///     auto permit = co_await semaphore.scoped_acquire();
///
/// It does not move. Destroyed while tasks wait for it, it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Semaphore`.
class semaphore {
public:
    /// With `permits` to give out. Throws `usage_error` where that is negative.
    explicit semaphore(std::ptrdiff_t permits = 1) : semaphore(permits, std::numeric_limits<std::ptrdiff_t>::max()) {}
    semaphore(semaphore const&) = delete;
    semaphore& operator=(semaphore const&) = delete;

    /// Waits for a permit, and takes it. One that is free is taken without giving up the turn, but for once in a while, so
    /// that nothing starves. Who takes it must `release` it; better let `scoped_acquire` do that.
    ///
    /// Errors: `usage_error` where the semaphore is destroyed meanwhile, or tasks of another loop wait for it.
    /// Cancellation: ends the wait at once, without a permit. One that was handed over already is delivered, and the cancel
    /// comes out of the next await.
    /// asyncio: `Semaphore.acquire`, which gives True.
    [[nodiscard]] detail::entry_awaiter<semaphore> acquire() noexcept {
        return detail::entry_awaiter<semaphore>(*this);
    }

    /// The same, and gives a guard that releases the permit when it is destroyed.
    ///
    /// Errors: as `acquire`.
    /// Cancellation: as `acquire`.
    /// asyncio: `async with semaphore`.
    [[nodiscard]] detail::scoped_entry_awaiter<semaphore> scoped_acquire() noexcept {
        return detail::scoped_entry_awaiter<semaphore>(*this);
    }

    /// Hands a permit to the task that has waited longest, whose turn then comes; with nobody waiting there is one more.
    ///
    /// Errors: `usage_error` where there would be more than the bound of a `bounded_semaphore`.
    /// asyncio: `Semaphore.release`; ValueError there.
    void release() {
        if (!hand_on("semaphore.release")) [[unlikely]]
            detail::throw_usage_error("semaphore.release: released more often than acquired");
    }

    /// Whether who comes now would have to wait.
    ///
    /// asyncio: `Semaphore.locked`.
    bool locked() const noexcept { return free_ == 0; }

protected:
    semaphore(std::ptrdiff_t permits, std::ptrdiff_t bound) : free_(permits), bound_(bound) {
        if (permits < 0) detail::throw_usage_error("semaphore: the number of permits is negative; give 0 or more");
    }

private:
    template <class Object>
    friend class detail::entry_awaiter;
    template <class Held>
    friend class scoped_hold;

    static constexpr char const* wait_name = "semaphore.acquire";

    bool try_enter() noexcept {
        if (free_ == 0) return false;
        --free_;
        return true;
    }
    bool hand_on(char const* call) {
        if (free_ >= bound_) [[unlikely]]
            return false;
        if (!waiters_.wake_first(call)) ++free_;
        return true;
    }

    detail::wait_list waiters_;  // empty while there are free permits
    detail::hold_list holds_;
    std::ptrdiff_t free_;
    std::ptrdiff_t bound_;
};

/// A semaphore that never has more free permits than it began with: one release too many is a `usage_error`.
///
/// asyncio: `BoundedSemaphore`.
class bounded_semaphore : public semaphore {
public:
    /// With `permits` to give out. Throws `usage_error` where that is negative.
    explicit bounded_semaphore(std::ptrdiff_t permits = 1) : semaphore(permits, permits) {}
};

}  // namespace rota::inline v0
