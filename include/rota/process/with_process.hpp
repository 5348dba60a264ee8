#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/result_room.hpp>
#include <rota/process/process.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

template <class Starting, class Bound>
coro<typename Bound::result> run_with_process(Starting starting, Bound body) {
    using R = typename Bound::result;
    process child;
    // First: its frame is there when it is needed, whatever memory is short of then.
    auto ending = kill_and_wait_later(child);
    std::exception_ptr error;
    result_room<R> value;
    try {
        if constexpr (std::is_same_v<Starting, process>)
            child = std::move(starting);
        else
            child = co_await std::move(starting);
        body.start(child);
        auto& awaiter = body.awaiter();  // named: GCC 12 copies what a call returns by reference
        if constexpr (std::is_void_v<R>)
            co_await awaiter;
        else
            value.fill(co_await awaiter);
    } catch (...) {
        error = std::current_exception();
    }
    co_await with_shield(std::move(ending));
    if (error) std::rethrow_exception(std::move(error));
    if constexpr (!std::is_void_v<R>) co_return value.take();
}

}  // namespace detail

/// Awaits `body`, then kills the child where it still runs, and waits for its end: whichever way the body is left, nothing of
/// it is left either. The child is a `process`, or the coroutine that starts it; the body takes a `process&`, or is
/// `fn, args...`, called as `fn(process, args...)`; one that moves the process away has it live on. Where the child leads a
/// group, the group is killed. Gives what the body gives.
///
///     auto const talk = [](rota::process& child) -> rota::coro<> { co_await child.stdin().write("q"); };
///     co_await rota::with_process(rota::create_subprocess_exec(pipes, "cat"), talk);
///
/// Errors: those of the start; the body's.
/// Cancellation: reaches the body; the end is shielded.
/// asyncio: has nothing like it; `try: ... finally: process.kill(); await process.wait()`.
template <class Body, class... Args>
[[nodiscard]] auto with_process(process child, Body&& body, Args&&... args) {
    return detail::run_with_process(
        std::move(child),
        detail::bind_body(detail::offers<process>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}
template <class Body, class... Args>
[[nodiscard]] auto with_process(coro<process> starting, Body&& body, Args&&... args) {
    return detail::run_with_process(
        std::move(starting),
        detail::bind_body(detail::offers<process>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
