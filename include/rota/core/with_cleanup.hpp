#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/result_room.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

// Something to await is taken as it is, a function is called.
template <class X>
decltype(auto) as_awaitable(X& x) {
    if constexpr (awaitable<X&&>)
        return std::move(x);
    else
        return std::invoke(std::move(x));
}

template <class X>
using as_awaitable_result = await_result<decltype(as_awaitable(std::declval<X&>()))>;

template <class Body, class Cleanup>
coro<as_awaitable_result<Body>> run_with_cleanup(Body body, Cleanup cleanup) {
    using result = as_awaitable_result<Body>;
    std::exception_ptr error;
    result_room<result> value;
    // C++ has no co_await in a catch block: the error is kept, the clean-up awaited, the error thrown on.
    try {
        if constexpr (std::is_void_v<result>)
            co_await as_awaitable(body);
        else
            value.fill(co_await as_awaitable(body));
    } catch (...) {
        error = std::current_exception();
    }
    co_await with_shield(as_awaitable(cleanup));
    if (error) std::rethrow_exception(std::move(error));
    if constexpr (!std::is_void_v<result>) co_return value.take();
}

}  // namespace detail

/// Awaits `body`, and then `cleanup` however the body ended: the `try`/`finally` of coroutines, since C++ awaits neither in
/// a `catch` block nor in a destructor. Each is something to await, or a function that gives it when its time has come.
/// Gives what the body gives.
///
///     co_await rota::with_cleanup(use(connection), [&] { return connection.close(); });
///
/// Errors: the body's; where the clean-up throws, that is what comes out.
/// Cancellation: reaches the body; the clean-up is shielded (`with_shield`), so give it a time-out if it could hang.
/// asyncio: `try: ... finally: await ...`, in which a second cancel interrupts the clean-up.
template <class Body, class Cleanup>
[[nodiscard]] auto with_cleanup(Body&& body, Cleanup&& cleanup) {
    return detail::run_with_cleanup(std::decay_t<Body>(std::forward<Body>(body)),
                                    std::decay_t<Cleanup>(std::forward<Cleanup>(cleanup)));
}

}  // namespace rota::inline v0
