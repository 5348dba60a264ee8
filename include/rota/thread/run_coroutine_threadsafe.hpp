#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/thread/concurrent_future.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// The loop's end of a concurrent future. Where it dies without an answer, nothing ran: that is a cancel.
template <class T>
class concurrent_promise {
public:
    explicit concurrent_promise(std::shared_ptr<typed_concurrent_state<T>> of) noexcept : state_(std::move(of)) {}
    concurrent_promise(concurrent_promise&&) noexcept = default;
    concurrent_promise& operator=(concurrent_promise&&) = delete;
    ~concurrent_promise() {
        if (state_ && !state_->done()) state_->finish(concurrent_state::stage::cancelled, nullptr);
    }

    typed_concurrent_state<T>& state() const noexcept { return *state_; }

private:
    std::shared_ptr<typed_concurrent_state<T>> state_;
};

template <class T>
coro<> answer(coro<T> work, concurrent_promise<T> promise) {
    auto& state = promise.state();
    using stage = concurrent_state::stage;
    try {
        if constexpr (std::is_void_v<T>)
            co_await std::move(work);
        else if constexpr (std::is_reference_v<T>)
            state.value.emplace(std::addressof(co_await std::move(work)));
        else
            state.value.emplace(co_await std::move(work));
        state.finish(stage::value, nullptr);
    } catch (cancelled_error const&) {
        state.finish(stage::cancelled, nullptr);
        throw;
    } catch (...) {
        state.finish(stage::error, std::current_exception());
    }
}

template <class T>
class threadsafe_start {
public:
    threadsafe_start(coro<T> work, concurrent_promise<T> promise) noexcept
        : work_(std::move(work)), promise_(std::move(promise)) {}

    void operator()() {
        scheduler& home = running_scheduler("run_coroutine_threadsafe");
        auto& state = promise_.state();
        task_state* const made =
            make_task(answer(std::move(work_), std::move(promise_)), std::source_location::current());
        state.set_task(any_task::adopt(made));
        // Not before its turn, whatever the task factory says: `state` may go at its end.
        home.adopt_lazily(*made);
    }

private:
    coro<T> work_;
    concurrent_promise<T> promise_;
};

}  // namespace detail

/// Has `loop`, which runs in another thread, run `work` as a task, and gives a handle to wait for its result with this
/// thread. The loop must still be there; where it ends before the coroutine does, the result is `cancelled_error`.
///
/// Errors: none here; `result()` throws what the coroutine threw.
/// Cancellation: `concurrent_future::cancel` cancels the task.
/// asyncio: `run_coroutine_threadsafe`.
template <class T>
concurrent_future<T> run_coroutine_threadsafe(coro<T> work, loop& loop) {
    auto const shared = std::make_shared<detail::typed_concurrent_state<T>>(&loop);
    auto future = concurrent_future<T>::adopt(shared);
    loop.call_soon_threadsafe(detail::threadsafe_start<T>(std::move(work), detail::concurrent_promise<T>(shared)));
    return future;
}

/// The same of `fn(args...)`, which is called on the loop's thread from copies.
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
auto run_coroutine_threadsafe(loop& loop, F&& fn, Args&&... args) {
    return run_coroutine_threadsafe(
        detail::call_copied(std::decay_t<F>(std::forward<F>(fn)), std::decay_t<Args>(std::forward<Args>(args))...),
        loop);
}

}  // namespace rota::inline v0
