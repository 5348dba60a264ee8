#pragma once

#include <rota/detail/awaiter.hpp>
#include <rota/detail/task_start.hpp>

#include <concepts>
#include <stop_token>
#include <type_traits>

namespace rota::inline v0::detail {

/// Can be called by a thread with copies of the arguments, also where it takes a stop token before them.
template <class F, class... Args>
concept runs_in_thread = std::invocable<std::decay_t<F>, std::decay_t<Args>...> ||
                         std::invocable<std::decay_t<F>, std::stop_token, std::decay_t<Args>...>;

/// Could be called with what was given, but not with the copies that a thread keeps of it.
template <class F, class... Args>
concept wants_references_in_thread =
    !runs_in_thread<F, Args...> &&
    (std::invocable<std::decay_t<F>, std::remove_reference_t<Args>&...> ||
     std::invocable<std::decay_t<F>, std::stop_token, std::remove_reference_t<Args>&...>);

/// Of what a thread's function gives: nobody would await it.
template <class R>
concept left_unawaited = !std::is_reference_v<R> && awaitable<R>;

template <class R>
constexpr void refuse_awaitable_in_thread() noexcept {
    static_assert(
        !left_unawaited<R>,
        "rota: a thread was given a function that gives something to await (a coroutine, a task), which nobody would "
        "await there: co_await it in a task, or give the thread a plain function that does the work itself");
}

}  // namespace rota::inline v0::detail
