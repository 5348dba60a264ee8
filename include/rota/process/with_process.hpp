#pragma once

#include <rota/core/coro.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/run_and_end.hpp>
#include <rota/process/process.hpp>

#include <utility>

namespace rota::inline v0 {
namespace detail {

template <class Bound>
auto run_with_process(process child, Bound body) {
    return run_and_end<process>(std::move(child), std::move(body), [](process& of) { return of.kill_and_wait(); });
}

template <class Bound>
coro<typename Bound::result> start_with_process(coro<process> starting, Bound body) {
    process child = co_await std::move(starting);
    co_return co_await run_with_process(std::move(child), std::move(body));
}

}  // namespace detail

/// Awaits `body`, then kills the child where it still runs, and waits for its end: whichever way the body is left, nothing of
/// it is left either. The child is a `process`, or the coroutine that starts it; the body takes a `process&`, or is
/// `fn, args...`, called as `fn(process, args...)`. Where the child leads a group, the group is killed. Gives what the
/// body gives.
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
    return detail::start_with_process(
        std::move(starting),
        detail::bind_body(detail::offers<process>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
