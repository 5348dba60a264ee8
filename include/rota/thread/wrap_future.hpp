#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/outside_call.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/thread/concurrent_future.hpp>

#include <coroutine>
#include <memory>
#include <source_location>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// Waits for what another thread works for.
class ROTA_API concurrent_awaiter_base : public leaf, private concurrent_watcher {
public:
    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line));
    }

    bool cancel(task_state& waiting) noexcept override;
    char const* waits_for() const noexcept override { return "wrap_future"; }

protected:
    explicit concurrent_awaiter_base(std::shared_ptr<concurrent_state> of) noexcept
        : concurrent_watcher(&concurrent_awaiter_base::told), awaited_(std::move(of)) {}
    concurrent_awaiter_base(concurrent_awaiter_base&& unstarted) noexcept
        : concurrent_awaiter_base(std::move(unstarted.awaited_)) {}
    ~concurrent_awaiter_base() = default;

    void forget() noexcept { awaited_.reset(); }

private:
    bool begin(task_state& task);
    static void told(concurrent_watcher& watcher) noexcept;
    static void back(void* awaiter) noexcept;

    std::shared_ptr<concurrent_state> awaited_;
    task_state* task_ = nullptr;
    scheduler* home_ = nullptr;
    outside_call back_;
};

template <class T>
class concurrent_awaiter final : public concurrent_awaiter_base {
public:
    explicit concurrent_awaiter(concurrent_future<T> awaited)
        : concurrent_awaiter_base(awaited.shared_state()), future_(std::move(awaited)) {}

    T await_resume() {
        check_raise();
        return std::move(future_).result();
    }

private:
    concurrent_future<T> future_;
};

}  // namespace detail

/// Awaits a result that another thread works for: of `run_coroutine_threadsafe` on another loop, or of
/// `thread_pool::submit`. Gives the value; moved, where `future` was the last handle.
///
/// Errors: what the coroutine or function threw; `cancelled_error` where somebody cancelled it; `usage_error` of an empty
/// handle; `invalid_state_error` of a value that can not be copied while there are other handles.
/// Cancellation: cancels the future, and waits for its end. What ends with a result all the same gives that.
/// asyncio: `wrap_future`, whose cancel does not wait.
template <class T>
[[nodiscard]] auto wrap_future(concurrent_future<T> future) {
    return detail::concurrent_awaiter<T>(std::move(future));
}

}  // namespace rota::inline v0
