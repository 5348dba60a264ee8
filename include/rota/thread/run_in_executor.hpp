#pragma once

#include <rota/core/executor.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/thread_function.hpp>
#include <rota/thread/to_thread.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

template <class F, class... Args>
auto make_executor_awaiter(std::shared_ptr<executor_target> target, F&& fn, Args&&... args) {
    auto work = to_thread(std::forward<F>(fn), std::forward<Args>(args)...);
    work.send_to(std::move(target));
    return work;
}

}  // namespace detail

/// Calls `fn(args...)`, from copies, on a thread of `pool` and gives what it returns. Other tasks go on meanwhile. Several
/// loops may use one pool; each gets its own answers. A function that takes a `std::stop_token` before its arguments is told
/// by it when its task is cancelled. Context variables do not come along: that is `to_thread`'s. `fn` gives nothing to await, and
/// what it takes by reference needs `std::ref`, as there.
///
/// GCC 12: name a lambda that captures more than references before you pass it.
///
/// Errors: what `fn` throws; `usage_error` where the pool was shut down; `system_error` where no thread can be started;
/// `cancelled_error` where the pool's end came before its turn.
/// Cancellation: ends the wait for a free thread; what runs is awaited and its result delivered, so that `[&]` is safe.
/// asyncio: `loop.run_in_executor`, which leaves the thread to itself when its future is cancelled.
template <class F, class... Args>
    requires detail::runs_in_thread<F, Args...>
[[nodiscard]] auto run_in_executor(executor& pool, F&& fn, Args&&... args) {
    return detail::make_executor_awaiter(pool.target(), std::forward<F>(fn), std::forward<Args>(args)...);
}

/// The same on the loop's default executor, `loop::set_default_executor`'s, or on the loop's own threads.
///
/// Cancellation: as above.
/// asyncio: `loop.run_in_executor(None, ...)`.
template <class F, class... Args>
    requires detail::runs_in_thread<F, Args...>
[[nodiscard]] auto run_in_executor(std::nullopt_t, F&& fn, Args&&... args) {
    return detail::make_executor_awaiter(nullptr, std::forward<F>(fn), std::forward<Args>(args)...);
}

template <class F, class... Args>
    requires detail::wants_references_in_thread<F, Args...>
detail::write_std_ref_around_what_the_function_is_to_share run_in_executor(executor&, F&&, Args&&...) = delete;
template <class F, class... Args>
    requires detail::wants_references_in_thread<F, Args...>
detail::write_std_ref_around_what_the_function_is_to_share run_in_executor(std::nullopt_t, F&&, Args&&...) = delete;

}  // namespace rota::inline v0
