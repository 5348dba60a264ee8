#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
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

/// Who has an awaiter inside asks it, before `await_resume`, how it ended, where it can tell that without throwing: a throw
/// costs half a microsecond. `take_cancel` tells whether the wait was withdrawn, so that `await_resume` would throw
/// `cancelled_error`; `take_error`, asked next, any other error. What is told is taken: `await_resume` is not called then.
template <class Awaiter>
bool take_cancel(Awaiter& inner) noexcept {
    if constexpr (requires { inner.take_cancel(); })
        return inner.take_cancel();
    else
        return false;
}
template <class Awaiter>
std::exception_ptr take_error(Awaiter& inner) {
    if constexpr (requires { inner.take_error(); })
        return inner.take_error();
    else
        return nullptr;
}

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
