#pragma once

#include <rota/base/export.hpp>
#include <rota/core/executor.hpp>
#include <rota/detail/executor_work.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/thread_function.hpp>
#include <rota/thread/concurrent_future.hpp>

#include <cerrno>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// The simulated loop that runs in this thread, or null.
ROTA_API loop* simulated_loop_here() noexcept;

/// A function on its way through a pool, and what comes of it. Keeps itself until it has ended.
template <class T, class F, class... Args>
class submitted_work final : public typed_concurrent_state<T>, public executor_work {
public:
    template <class G, class... More>
    explicit submitted_work(std::shared_ptr<executor_target> to, loop* simulated, G&& fn, More&&... args)
        : typed_concurrent_state<T>(simulated),
          executor_work(&submitted_work::run, [](operation&) noexcept {}),
          target_(std::move(to)),
          copies_(std::forward<G>(fn), std::forward<More>(args)...) {
        home = simulated;
    }

    void submit(std::shared_ptr<submitted_work> self) {
        self_ = std::move(self);
        try {
            target_->submit(*this);
        } catch (...) {
            self_.reset();
            throw;
        }
    }

private:
    using stage = concurrent_state::stage;

    static void run(blocking_operation& op) noexcept {
        auto& self = static_cast<submitted_work&>(op);
        try {
            self.fill([&]() -> T {
                return std::apply(
                    [](F& fn, Args&... args) -> T { return std::invoke(std::move(fn), std::move(args)...); },
                    self.copies_);
            });
        } catch (...) {
            self.error_ = std::current_exception();
        }
    }
    void ended(std::int32_t result) noexcept override {
        auto const keep = std::move(self_);
        if (result != 0)
            concurrent_state::finish(stage::cancelled, nullptr);
        else if (error_)
            concurrent_state::finish(stage::error, std::exchange(error_, nullptr));
        else
            concurrent_state::finish(stage::value, nullptr);
    }
    bool ask_to_stop(std::shared_ptr<concurrent_state> const&) override { return target_->withdraw(*this); }

    std::shared_ptr<executor_target> target_;
    std::tuple<F, Args...> copies_;
    std::exception_ptr error_;
    std::shared_ptr<submitted_work> self_;
};

}  // namespace detail

/// Threads of one's own for what blocks or computes, a limited number of them: for `run_in_executor`, from the tasks of any
/// number of loops, or as the default of a loop (`loop::set_default_executor`).
///
/// They start when there is work and nobody idle, and take it first come first served. How much waits for them is not
/// limited: each piece is a task that waits, and needs no memory but that task's frame. To have tasks wait earlier, let them
/// take turns by a `semaphore`.
///
/// In simulation there are as many workers, of which each runs its work on the loop's own thread, at a later time of the
/// seed's choosing.
///
/// Any thread may use it. It must outlive the calls on it; what tasks wait for meanwhile ends as `shutdown` says.
///
/// asyncio: `concurrent.futures.ThreadPoolExecutor`.
class ROTA_API thread_pool final : public executor {
public:
    /// 0 threads: `min(32, processors + 4)`.
    explicit thread_pool(std::uint32_t threads = 0);
    /// `shutdown(true, true)`: waits for what runs, and cancels what has not begun.
    ~thread_pool();

    /// Has a thread call `fn(args...)`, from copies, and gives a handle to wait for its result: with a thread, or by
    /// `wrap_future`. For tasks there is `run_in_executor`, which needs no memory of its own. From any thread. No coroutine
    /// function, and what is taken by reference needs `std::ref`, as there.
    ///
    /// Errors: `usage_error` after `shutdown`; `system_error` where no thread can be started; what `fn` throws comes out of
    /// `result()`.
    /// Cancellation: `concurrent_future::cancel` withdraws what has not begun.
    /// asyncio: `Executor.submit`.
    template <class F, class... Args>
        requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    auto submit(F&& fn, Args&&... args) {
        using result = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;
        detail::refuse_awaitable_in_thread<result>();
        using work = detail::submitted_work<result, std::decay_t<F>, std::decay_t<Args>...>;
        auto const made = std::make_shared<work>(target(), detail::simulated_loop_here(), std::forward<F>(fn),
                                                 std::forward<Args>(args)...);
        auto future = concurrent_future<result>::adopt(made);
        made->submit(made);
        return future;
    }
    template <class F, class... Args>
        requires detail::wants_references<F, Args...>
    detail::write_std_ref_around_what_the_function_is_to_share submit(F&&, Args&&...) = delete;

    /// Takes no more work: `run_in_executor` is a `usage_error` from now on. What has not begun is still done, or, with
    /// `cancel_futures`, cancelled: a `cancelled_error` comes out of the await for it. With `wait` this blocks until all
    /// threads have ended: where what they run needs the loop, call it by `to_thread`. May be called again.
    ///
    /// Errors: `usage_error` where one of its own threads would wait for itself.
    /// asyncio: `Executor.shutdown`.
    void shutdown(bool wait = true, bool cancel_futures = false);

    /// The most threads it may start.
    std::uint32_t max_workers() const noexcept;
};

}  // namespace rota::inline v0
