#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/wait_list.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <source_location>

namespace rota::inline v0 {

class barrier;

/// Comes out of `barrier::wait` when the barrier is broken, or reset while the task waits.
///
/// asyncio: `BrokenBarrierError`.
class ROTA_API broken_barrier_error : public std::exception {
public:
    char const* what() const noexcept override;
};

namespace detail {

class ROTA_API barrier_awaiter final : public waiter {
public:
    explicit barrier_awaiter(barrier& at) noexcept : waiter(&at) {}

    bool await_ready() noexcept { return may_finish_at_once() && complete(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& suspended = suspend_here(awaiting.promise(), line);
        if (suspended.visible != 0) [[unlikely]]
            return suspended.raise_at_entry();
        arrive(suspended);
        return true;
    }

    std::size_t await_resume() const {
        check_raise();
        check_abandoned();
        if (broken_) throw broken_barrier_error();
        return position_;
    }

    bool cancel(task_state&) noexcept override;
    char const* waits_for() const noexcept override { return "barrier.wait"; }

private:
    friend rota::barrier;

    bool complete() noexcept;
    void arrive(task_state& suspended);

    std::size_t position_ = 0;
    bool broken_ = false;
};

}  // namespace detail

/// Holds tasks back until a number of them have come; then all go on, and it is ready for the next round.
///
/// It does not move. Destroyed while tasks wait for it, it gives them a `usage_error`. It belongs to one loop's thread.
///
/// asyncio: `Barrier`; there `abort` and `reset` are coroutines.
class ROTA_API barrier {
public:
    /// For `parties` tasks. Throws `usage_error` where that is 0.
    explicit barrier(std::size_t parties);
    barrier(barrier const&) = delete;
    barrier& operator=(barrier const&) = delete;

    /// Waits until all are there, and gives the task's place in the order of arrival, from 0. Who comes last does not give
    /// up its turn.
    ///
    /// Errors: `broken_barrier_error` where it is broken, or broken or reset meanwhile; `usage_error` where it is destroyed
    /// meanwhile, or tasks of another loop wait for it.
    /// Cancellation: the task leaves, and one more must come; the barrier is not broken. Where all had come already the
    /// position is delivered, and the cancel comes out of the next await.
    /// asyncio: `Barrier.wait`; positions are those of the tasks that pass, so no two are the same after a cancel.
    [[nodiscard]] detail::barrier_awaiter wait() noexcept { return detail::barrier_awaiter(*this); }

    /// Breaks it: who waits, and who comes before the next `reset`, gets a `broken_barrier_error`.
    ///
    /// asyncio: `Barrier.abort`, a coroutine.
    void abort();

    /// Makes it as new; who waits gets a `broken_barrier_error`.
    ///
    /// asyncio: `Barrier.reset`, a coroutine.
    void reset();

    /// How many must come.
    std::size_t parties() const noexcept { return parties_; }
    /// How many wait.
    std::size_t n_waiting() const noexcept { return waiting_; }
    bool broken() const noexcept { return broken_; }

private:
    friend detail::barrier_awaiter;

    void send_away() noexcept;

    detail::wait_list waiters_;
    std::size_t parties_;
    std::size_t waiting_ = 0;
    bool broken_ = false;
};

}  // namespace rota::inline v0
