#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/delay.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/timer_queue.hpp>

#include <chrono>
#include <coroutine>
#include <source_location>

namespace rota::inline v0 {
namespace detail {

class yield_awaiter {
public:
    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0 && task.raises == 0) [[unlikely]]
            task.raise_cancelled();
        hot.running->push(task);
        return true;
    }

    // It has nothing to lose, so a cancel that came while its turn was due comes out here and not at the next await.
    void await_resume() const {
        if (hot.current->visible != 0) [[unlikely]]
            hot.current->raise_cancelled();
    }
    bool take_cancel() const noexcept {
        if (hot.current->visible == 0) return false;
        hot.current->count_raise();
        return true;
    }
};

class sleep_awaiter : public timer_node {
public:
    // The deadline is reckoned from when the sleep suspends; until then its place holds the delay.
    explicit sleep_awaiter(clock::time_point delay_or_deadline, bool deadline) noexcept
        : timer_node(delay_or_deadline), task_(deadline ? this_is_a_deadline() : nullptr) {}

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        bool const deadline = task_ != nullptr;
        task_ = &suspend_here(awaiting.promise(), line);
        if (task_->visible != 0) [[unlikely]]
            return task_->raise_at_entry();
        begin(deadline);
        return true;
    }

    void await_resume() const {
        check_raise();
        // A sleep of no time is a yield, and has as little to lose.
        if (when() == clock::time_point{} && hot.current->visible != 0) [[unlikely]]
            hot.current->raise_cancelled();
    }

    bool take_cancel() const noexcept {
        if (take_raise()) return true;
        if (when() != clock::time_point{} || hot.current->visible == 0) return false;
        hot.current->count_raise();
        return true;
    }

    bool cancel(task_state&) noexcept override {
        if (armed()) task_->home->disarm(*this);
        return true;
    }
    void fire() noexcept override { wake(*task_); }
    char const* waits_for() const noexcept override { return "sleep"; }

private:
    static task_state* this_is_a_deadline() noexcept { return reinterpret_cast<task_state*>(1); }
    ROTA_API void begin(bool deadline);

    task_state* task_;
};

}  // namespace detail

/// Lets every other task and callback that is ready have its turn.
///
/// Cancellation: raises when its turn comes, or at once.
/// asyncio: `sleep(0)`.
[[nodiscard]] inline detail::yield_awaiter yield() noexcept { return {}; }

/// Suspends the task for `delay`, reckoned from when it suspends, on the loop's clock. It never ends early. A delay of
/// zero or less is a `yield`; one too long to represent never ends.
///
/// Cancellation: ends the wait at once; nothing is lost.
/// asyncio: `sleep(seconds)`; the delay is any `std::chrono` duration, a number alone is none: `sleep(1s)`, `sleep(500ms)`.
template <class Rep, class Period>
[[nodiscard]] detail::sleep_awaiter sleep(std::chrono::duration<Rep, Period> delay) noexcept {
    return detail::sleep_awaiter(detail::deadline_after(clock::time_point{}, delay), false);
}
template <detail::delay_without_unit Number>
detail::write_1s_or_500ms_with_std_chrono_literals sleep(Number) = delete;

/// Suspends the task until `deadline` of the loop's clock.
///
/// Cancellation: ends the wait at once; nothing is lost.
/// asyncio: `sleep(deadline - loop.time())`.
[[nodiscard]] inline detail::sleep_awaiter sleep_until(clock::time_point deadline) noexcept {
    return detail::sleep_awaiter(deadline, true);
}

}  // namespace rota::inline v0
