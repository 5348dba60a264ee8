#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/callback_node.hpp>
#include <rota/detail/owned_tasks.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// From the request of a stop, on whatever thread, to the cancel of a task, on its own. It outlives the await where the
/// loop still has it in its queue.
class ROTA_API stop_relay final : public callback_node {
public:
    stop_relay(task_state& of, std::uint8_t level) noexcept : task_(&of), home_(of.home), level_(level) {}

    /// From any thread, once.
    void stop_requested() noexcept;
    /// Whether it has cancelled the task.
    bool has_cancelled() const noexcept { return cancels_; }
    /// No stop can be requested any more.
    void end() noexcept;

    void call() override { cancel_task(); }
    void discard() noexcept override {}

private:
    ~stop_relay() override = default;
    void destroy() noexcept override { delete this; }
    void cancel_task() noexcept;

    task_state* task_;  // null once the await is over
    scheduler* home_;
    std::uint8_t level_;
    bool cancels_ = false;
    std::atomic<bool> queued_{false};
};

/// A stop token's say over the task that awaits what is inside.
class ROTA_API stop_scope {
public:
    explicit stop_scope(std::stop_token&& token) noexcept : token_(std::move(token)) {}
    stop_scope(stop_scope&& not_entered) noexcept : token_(std::move(not_entered.token_)) {}
    stop_scope& operator=(stop_scope&&) = delete;
    ~stop_scope() { leave(); }

    void enter(task_state& task);
    void body_suspended() noexcept;
    void leave() noexcept;

private:
    struct relay_request {
        stop_relay* to;
        void operator()() const noexcept { to->stop_requested(); }
    };

    std::stop_token token_;
    task_state* task_ = nullptr;  // null where it is not entered, or left
    stop_relay* relay_ = nullptr;
    bool requested_before_ = false;
    std::optional<std::stop_callback<relay_request>> callback_;
};

template <class Inner>
class stop_token_awaiter {
public:
    stop_token_awaiter(std::stop_token&& token, Inner&& inner) : scope_(std::move(token)), inner_(std::move(inner)) {}

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        scope_.enter(*awaiting.promise().task);
        bool suspended = false;
        try {
            suspended = start_inner(inner_.start(), awaiting, line);
        } catch (...) {
            scope_.leave();
            throw;
        }
        if (suspended) scope_.body_suspended();
        return suspended;
    }

    decltype(auto) await_resume() {
        // The body's answer first: what raises must still see the request.
        struct leaving {
            stop_scope& scope;
            ~leaving() { scope.leave(); }
        } const now{scope_};
        return inner_.awaiter().await_resume();
    }

private:
    stop_scope scope_;
    Inner inner_;
};

/// Waits for a task of its own, and requests a stop when its waiter is cancelled.
class ROTA_API stop_source_base : public leaf, protected owned_tasks {
public:
    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override { each_owned(to); }
    char const* waits_for() const noexcept override { return "with_stop_source"; }

protected:
    stop_source_base() noexcept : owned_tasks(&stop_source_base::body_ended) {}
    stop_source_base(stop_source_base&& not_awaited) noexcept
        : leaf(static_cast<leaf&&>(not_awaited)), owned_tasks(static_cast<owned_tasks&&>(not_awaited)) {}
    ~stop_source_base() { release(); }

    template <class T>
    void start(task_state& waiting, coro<T>&& body, std::source_location line) {
        begin(waiting, &child_);
        own(std::move(body), line);
        waiting.parked = this;
        // The task factory's hook was called, and may have cancelled who waits.
        if (waiting.visible != 0) [[unlikely]]
            stop_source_base::cancel(waiting);
    }
    task_state& ended() {
        check_raise();
        if (child_->error) {
            child_->set(task_error_seen);
            std::rethrow_exception(child_->error);
        }
        return *child_;
    }
    std::optional<std::stop_source> source_;

private:
    static void body_ended(task_observer& self, task_state&) noexcept {
        wake(*static_cast<stop_source_base&>(self).waiting_);
    }

    task_state* child_ = nullptr;
};

template <class Inner>
coro<typename Inner::result> await_bound(Inner& inner, std::stop_token token) {
    auto& awaiter = inner.start(token);  // named: GCC 12 copies what a call returns by reference
    co_return co_await awaiter;
}

template <class Inner>
class stop_source_awaiter final : public stop_source_base {
    using R = typename Inner::result;

public:
    explicit stop_source_awaiter(Inner&& inner) : inner_(std::move(inner)) {}
    stop_source_awaiter(stop_source_awaiter&&) = default;

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0) [[unlikely]]
            return waiting.raise_at_entry();
        source_.emplace();
        start(waiting, await_bound(inner_, source_->get_token()), line);
        return true;
    }

    R await_resume() {
        task_state& body = ended();
        if constexpr (std::is_reference_v<R>)
            return value_of<R>(body);
        else if constexpr (!std::is_void_v<R>)
            return std::move(value_of<R>(body));
    }

private:
    Inner inner_;
};

}  // namespace detail

/// Awaits `body`, and cancels it when a stop is requested of `token`, on whatever thread that happens. Gives what the body
/// gives. For code that is told to end by a `std::stop_token`, such as that of a `std::jthread`.
///
/// `body` is something to await, or `fn, args...`, whose copies live until it is done. It runs in the caller's task. Where
/// the stop was requested before, the body's first await raises.
///
/// Errors: the body's. One that was stopped ends with `cancelled_error`, which is then this scope's own and no request of
/// the task's: ask `token.stop_requested()`, or `as_result(...)` for `cancelled()`. A body that answers with a value has its
/// way.
/// Cancellation: reaches the body.
/// asyncio: has nothing like it.
template <class Body, class... Args>
[[nodiscard]] auto with_stop_token(std::stop_token token, Body&& body, Args&&... args) {
    auto inner = detail::bind_body(detail::offers<>{}, std::forward<Body>(body), std::forward<Args>(args)...);
    return detail::stop_token_awaiter<decltype(inner)>(std::move(token), std::move(inner));
}

/// Awaits `fn(std::stop_token, args...)`, in a task of its own, and gives what that gives. A stop is requested of the token
/// when the task that awaits this is cancelled: for what knows stop tokens and not cancellation, above all functions in
/// threads.
///
///     co_await rota::with_stop_source([&](std::stop_token stop) { return rota::to_thread(search, stop); });
///
/// The stop's callbacks run where the cancel is made, on the loop's thread.
///
/// Errors: the body's.
/// Cancellation: requests the stop, then reaches the body, and is awaited. Where that ends with a value the value is
/// delivered, and the cancel comes out of the next await.
/// asyncio: has nothing like it; a thread there is never told.
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::stop_token&, std::decay_t<Args>...>
[[nodiscard]] auto with_stop_source(F&& fn, Args&&... args) {
    auto inner = detail::bind_body(detail::offers<std::stop_token>{}, std::forward<F>(fn), std::forward<Args>(args)...);
    return detail::stop_source_awaiter<decltype(inner)>(std::move(inner));
}

}  // namespace rota::inline v0
