#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/future.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/gathered.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <concepts>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// Waits for a task that a cancel of who waits does not reach.
template <class Awaiter>
struct shielding_awaiter final : Awaiter {
    using Awaiter::Awaiter;
    task_state* awaited_task() const noexcept override { return nullptr; }
    void each_awaited(awaited_visitor& to) const override { to.visit(&this->state()); }
    char const* waits_for() const noexcept override { return "shield"; }
};

/// The same of a future.
template <class T>
struct shielding_future_awaiter final : typed_future_awaiter<T> {
    using typed_future_awaiter<T>::typed_future_awaiter;
    bool cancel(task_state&) noexcept override {
        this->awaited_->waiters.remove(*this);
        return true;
    }
    char const* waits_for() const noexcept override { return "shield"; }
};

}  // namespace detail

/// Waits for a task or future and gives what it gives, as `co_await t` does; but cancelled, only the waiter leaves, and the
/// task goes on. A coroutine, or whatever else can be awaited, is made a task at once, even if the shield is never awaited; the loop
/// keeps it.
///
/// Errors: the task's, `cancelled_error` where it was cancelled itself. What it ends with after its waiter has left reaches
/// the loop's exception handler, if nobody else awaits it.
/// Cancellation: leaves at once. To hold a cancel back until the work is done use `with_shield`.
/// asyncio: `shield`.
template <class T>
[[nodiscard]] auto shield(task<T> const& t) {
    return detail::shielding_awaiter<detail::shared_task_awaiter<T>>(t);
}
template <class T>
[[nodiscard]] auto shield(task<T>&& t) {
    return detail::shielding_awaiter<detail::last_task_awaiter<T>>(std::move(t));
}
[[nodiscard]] inline auto shield(any_task t) {
    return detail::shielding_awaiter<detail::any_task_awaiter>(std::move(t));
}
template <class T>
[[nodiscard]] auto shield(future<T> const& f) {
    return detail::shielding_future_awaiter<T>(f.state());
}
template <class T>
[[nodiscard]] auto shield(coro<T> c, std::source_location line = std::source_location::current()) {
    return shield(create_task(std::move(c), line));
}
template <class A>
    requires(detail::awaitable<A &&> && !std::derived_from<std::remove_cvref_t<A>, any_task> &&
             !detail::is_future<std::remove_cvref_t<A>>)
[[nodiscard]] auto shield(A&& awaitable, std::source_location line = std::source_location::current()) {
    return shield(create_task(detail::await_copied<std::decay_t<A>>(std::forward<A>(awaitable)), line));
}

}  // namespace rota::inline v0
