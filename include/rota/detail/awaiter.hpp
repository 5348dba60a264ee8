#pragma once

#include <concepts>
#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// The awaiter that `co_await x` would use.
template <class A>
decltype(auto) get_awaiter(A&& awaitable) {
    if constexpr (requires { std::forward<A>(awaitable).operator co_await(); })
        return std::forward<A>(awaitable).operator co_await();
    else if constexpr (requires { operator co_await(std::forward<A>(awaitable)); })
        return operator co_await(std::forward<A>(awaitable));
    else
        return std::forward<A>(awaitable);
}

/// What to keep of it: a reference where the awaitable is its own awaiter and an lvalue, else the awaiter itself.
template <class A>
using awaiter_of = decltype(get_awaiter(std::declval<A>()));

template <class A>
concept awaitable = requires(std::remove_reference_t<awaiter_of<A>>& awaiter) {
    { awaiter.await_ready() } -> std::convertible_to<bool>;
    awaiter.await_resume();
};

/// The type of `co_await std::declval<A>()`.
template <class A>
using await_result = decltype(std::declval<std::remove_reference_t<awaiter_of<A>>&>().await_resume());

/// Starts `inner` as the compiler would, on behalf of an awaiter that has one inside. False: it is finished, and the frame
/// goes on at once.
template <class Awaiter, class Promise>
bool start_inner(Awaiter& inner, std::coroutine_handle<Promise> awaiting, std::source_location line) {
    if (inner.await_ready()) return false;
    if constexpr (requires { inner.await_suspend(awaiting, line); })
        return inner.await_suspend(awaiting, line);
    else if constexpr (std::is_void_v<decltype(inner.await_suspend(awaiting))>) {
        inner.await_suspend(awaiting);
        return true;
    } else {
        return inner.await_suspend(awaiting);
    }
}

}  // namespace rota::inline v0::detail
