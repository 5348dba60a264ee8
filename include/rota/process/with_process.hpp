#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/result.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/process/process.hpp>

#include <utility>

namespace rota::inline v0 {
namespace detail {

inline coro<process> started_already(process child) { co_return std::move(child); }

template <class Bound>
coro<typename Bound::result> run_with_process(coro<process> starting, Bound body) {
    process child;
    // First: its frame is there when it is needed, whatever memory is short of then.
    auto ending = kill_and_wait_later(child);
    auto started = co_await as_result(std::move(starting));
    auto const start = [&]() -> auto& {
        child = std::move(started).value();
        return body.start(child);
    };
    auto outcome = co_await as_result_of(start);
    co_await with_shield(std::move(ending));
    co_return std::move(outcome).value();
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
        detail::started_already(std::move(child)),
        detail::bind_body(detail::offers<process>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}
template <class Body, class... Args>
[[nodiscard]] auto with_process(coro<process> starting, Body&& body, Args&&... args) {
    return detail::run_with_process(
        std::move(starting),
        detail::bind_body(detail::offers<process>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
