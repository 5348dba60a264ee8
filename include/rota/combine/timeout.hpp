#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/delay.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/timer_queue.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

class timeout_scope;

namespace detail {

template <class Scope, class Inner>
class timeout_awaiter;

}  // namespace detail

/// The deadline of a `with_timeout`, for who wants to move it, or to ask afterwards whether it passed. Made by hand where
/// that is asked afterwards; else the body is given one.
///
///     rota::timeout_scope scope{10ms};
///     co_await rota::with_timeout(scope, body);
///     bool const late = scope.expired();
///
/// It is used once, by one task, and stays where it is.
///
/// asyncio: `Timeout`. Its clock starts when the body first suspends, not when it is made.
class ROTA_API timeout_scope : private detail::timer_node {
public:
    /// `limit` after the body first suspends: a duration, an optional one, or `std::nullopt` for no deadline until there is
    /// a `reschedule`. Negative ones are 0; one too large to represent never comes.
    template <detail::delay Limit>
    explicit timeout_scope(Limit limit) noexcept : timer_node(detail::delay_point(limit)) {}
    explicit timeout_scope(clock::time_point deadline) noexcept : timer_node(deadline), fixed_(true) {}
    explicit timeout_scope(std::optional<clock::time_point> deadline) noexcept
        : timeout_scope(deadline.value_or(clock::never())) {}

    timeout_scope(timeout_scope const&) = delete;
    timeout_scope& operator=(timeout_scope const&) = delete;
    ~timeout_scope() {
        if (armed()) task_->home->disarm(*this);
    }

    /// The deadline; none where there is none, or where the scope has not been entered and so its clock does not run.
    std::optional<clock::time_point> when() noexcept;

    /// Moves the deadline; `std::nullopt` takes it away. One in the past fires from the loop, so not before the body is
    /// suspended. Throws `usage_error` before the scope is entered, and after it was left or its deadline passed.
    void reschedule(std::optional<clock::time_point> when);

    /// Whether the deadline passed while the body ran. The body may have ended with its value, an error or somebody
    /// else's cancel all the same.
    bool expired() const noexcept { return stage_ == stage::expiring || stage_ == stage::expired; }

private:
    template <class Scope, class Inner>
    friend class detail::timeout_awaiter;

    enum class stage : std::uint8_t { made, entered, suspended, expiring, not_armed, left, expired };

    timeout_scope(timeout_scope&& not_entered) noexcept
        : timer_node(static_cast<detail::timer_node&&>(not_entered)),
          fixed_(not_entered.fixed_),
          stage_(not_entered.stage_) {}

    void enter(detail::task_state& task) {
        if (stage_ != stage::made) [[unlikely]]
            refuse_entry();
        stage_ = stage::entered;
        task_ = &task;
        visible_before_ = task.visible;
        level_ = task.shield_level;
    }
    [[noreturn]] static void refuse_entry();
    /// The body has suspended: the clock is read and the timer armed.
    void body_suspended() noexcept;
    void fix_deadline() noexcept;
    /// Whether the task was cancelled by this scope.
    bool cancels() const noexcept { return stage_ == stage::expiring || stage_ == stage::not_armed; }
    /// Takes its own request back. True: no other is left, so that the body's `cancelled_error` is the scope's.
    bool leave() noexcept {
        if (armed()) task_->home->disarm(*this);
        bool const cancelled = cancels();
        if (stage_ != stage::not_armed) stage_ = stage_ == stage::expiring ? stage::expired : stage::left;
        return cancelled && task_->uncancel() <= visible_before_;
    }
    /// From the frame that asks: a level of throwing costs by the frames that it unwinds.
    [[noreturn, gnu::always_inline]] inline void throw_expired() const {
        if (stage_ == stage::not_armed) throw_not_armed();
        throw expired_error();
    }
    [[gnu::cold]] timeout_error expired_error() const noexcept;
    [[noreturn]] static void throw_not_armed();

    bool cancel(detail::task_state&) noexcept override { return false; }
    void fire() noexcept override;
    char const* waits_for() const noexcept override { return "with_timeout"; }

    detail::task_state* task_ = nullptr;
    clock::duration limit_ = clock::duration::min();  // what the deadline was made of; min: a point of time was given
    std::uint32_t visible_before_ = 0;
    std::uint8_t level_ = 0;
    bool fixed_ = false;  // the timer's place holds the deadline, not the delay
    stage stage_ = stage::made;
};

namespace detail {

/// A scope and a timer round another awaiter: no task, no frame.
template <class Scope, class Inner>
class timeout_awaiter {
public:
    template <class Limit>
    timeout_awaiter(Limit&& limit, Inner&& inner) : scope_(limit), inner_(std::move(inner)) {}
    timeout_awaiter(timeout_awaiter&& not_awaited) noexcept
        : scope_(std::forward<Scope>(not_awaited.scope_)), inner_(std::move(not_awaited.inner_)) {}
    timeout_awaiter& operator=(timeout_awaiter&&) = delete;

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        timeout_scope& scope = scope_;
        scope.enter(*awaiting.promise().task);
        bool suspended = false;
        try {
            suspended = start_inner(inner_.start(scope), awaiting, line);
        } catch (...) {
            scope.leave();
            throw;
        }
        if (suspended) scope.body_suspended();
        return suspended;
    }

    [[gnu::always_inline]] decltype(auto) await_resume() {
        timeout_scope& scope = scope_;
        if (scope.cancels()) [[unlikely]] {
            if (ended_by_scope()) scope.throw_expired();
            return resume_cancelled();
        }
        scope.leave();
        return inner_.awaiter().await_resume();
    }

private:
    // The body's answer first, then the scope's request is taken back, in any case: what raises must still see it.
    struct leaving {
        timeout_scope& scope;
        bool due = true;
        bool leave() noexcept {
            due = false;
            return scope.leave();
        }
        ~leaving() {
            if (due) scope.leave();
        }
    };

    // True: the scope is left, and the body has told without throwing that it ended by this scope's cancel. False: it is to
    // be resumed.
    [[gnu::cold]] bool ended_by_scope() {
        leaving now{scope_};
        auto& inner = inner_.awaiter();
        if (take_cancel(inner)) {
            if (!now.leave()) throw cancelled_error();
            return true;
        }
        if (std::exception_ptr error = take_error(inner)) {
            if (!now.leave() || !is_cancelled(error)) rethrow_here(std::move(error));
            return true;
        }
        now.due = false;
        return false;
    }

    typename Inner::result resume_cancelled() {
        leaving now{scope_};
        try {
            return inner_.awaiter().await_resume();
        } catch (cancelled_error const&) {
            if (!now.leave()) throw;
        }
        now.scope.throw_expired();
    }

    Scope scope_;
    Inner inner_;
};

}  // namespace detail

/// Awaits `body`; when `limit` passes first, cancels it, awaits its end, and throws `timeout_error`. Gives what the body
/// gives. The limit is a duration, `std::nullopt` or an optional duration; it runs from when the body first suspends.
///
/// `body` is something to await, or `fn, args...` called as `fn(timeout_scope&, args...)` or `fn(args...)`, whose copies
/// live until it is done. It runs in the caller's task: no task, no frame.
///
/// Errors: `timeout_error`, which says the limit, only where the body ended by the `cancelled_error` of this very deadline. A body that answers
/// it with a value or an error of its own has its way.
/// Cancellation: reaches the body. A cancel from outside wins over a deadline at the same moment; of two deadlines that
/// pass together the outer one speaks.
/// asyncio: `timeout`. A limit of zero or less fires from the loop: the body runs up to its first suspension.
template <detail::delay Limit, class Body, class... Args>
[[nodiscard]] auto with_timeout(Limit limit, Body&& body, Args&&... args) {
    auto inner =
        detail::bind_body(detail::offers<timeout_scope>{}, std::forward<Body>(body), std::forward<Args>(args)...);
    return detail::timeout_awaiter<timeout_scope, decltype(inner)>(limit, std::move(inner));
}
template <detail::delay_without_unit Number, class Body, class... Args>
detail::write_1s_or_500ms_with_std_chrono_literals with_timeout(Number, Body&&, Args&&...) = delete;

/// The same with a scope that can be asked afterwards; it lives until the await ends. `usage_error` where it was used
/// before.
template <class Body, class... Args>
[[nodiscard]] auto with_timeout(timeout_scope& scope, Body&& body, Args&&... args) {
    auto inner =
        detail::bind_body(detail::offers<timeout_scope>{}, std::forward<Body>(body), std::forward<Args>(args)...);
    return detail::timeout_awaiter<timeout_scope&, decltype(inner)>(scope, std::move(inner));
}

/// `with_timeout` with a deadline on the loop's clock instead of a limit.
///
/// Cancellation: as `with_timeout`.
/// asyncio: `timeout_at`.
template <class Body, class... Args>
[[nodiscard]] auto with_timeout_at(std::optional<clock::time_point> deadline, Body&& body, Args&&... args) {
    auto inner =
        detail::bind_body(detail::offers<timeout_scope>{}, std::forward<Body>(body), std::forward<Args>(args)...);
    return detail::timeout_awaiter<timeout_scope, decltype(inner)>(deadline, std::move(inner));
}

/// Awaits `awaitable` for at most `limit` (a duration, `std::nullopt` or an optional duration), in the caller's task.
///
/// Errors: the awaitable's; `timeout_error` when the limit passes first: it is cancelled, and its end awaited.
/// Cancellation: reaches what is awaited. A task that is waited for is cancelled with its waiter and by the limit: `shield`
/// it where it is to go on.
/// asyncio: `wait_for`. With a limit of zero or less asyncio does not start a coroutine; here it runs up to its first
/// suspension, as in `with_timeout`.
template <class A, detail::delay Limit>
    requires detail::awaitable<A&&>
[[nodiscard]] auto wait_for(A&& awaitable, Limit limit) {
    return with_timeout(limit, std::forward<A>(awaitable));
}
template <class A, detail::delay_without_unit Number>
detail::write_1s_or_500ms_with_std_chrono_literals wait_for(A&&, Number) = delete;

}  // namespace rota::inline v0
