#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/task.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// Told once, by the thread that ends it, that a concurrent future is done.
struct concurrent_watcher {
    using function = void (*)(concurrent_watcher&) noexcept;
    explicit concurrent_watcher(function when_done) noexcept : done(when_done) {}
    function done;
    concurrent_watcher* next = nullptr;
};

/// What who works for a result, a loop or a pool's thread, and those who wait for it share.
class ROTA_API concurrent_state {
public:
    enum class stage : std::uint8_t { pending, value, error, cancelled };

    /// `on` null: no loop works for it.
    explicit concurrent_state(loop* on) noexcept : loop_(on) {}
    concurrent_state(concurrent_state const&) = delete;
    concurrent_state& operator=(concurrent_state const&) = delete;

    bool done() const noexcept { return stage_.load(std::memory_order_acquire) != stage::pending; }
    bool cancelled() const noexcept { return stage_.load(std::memory_order_acquire) == stage::cancelled; }

    /// Waits until it is done; throws `timeout_error` where that takes longer than `limit`.
    void wait(clock::duration limit) const;
    std::exception_ptr exception() const;
    void require_value() const;

    /// On the loop's thread: the task that works for it.
    void set_task(any_task task) noexcept { task_ = std::move(task); }
    any_task const& task() const noexcept { return task_; }
    /// It is done. Where a loop works for it: on that one's thread.
    void finish(stage as, std::exception_ptr error) noexcept;
    /// False: it is done already, and `watcher` will not be told.
    bool watch(concurrent_watcher& watcher) noexcept;

    static bool cancel(std::shared_ptr<concurrent_state> const& self) { return self->ask_to_stop(self); }

    std::atomic<std::uint32_t> handles{0};

protected:
    virtual ~concurrent_state() = default;

private:
    virtual bool ask_to_stop(std::shared_ptr<concurrent_state> const& self);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::atomic<stage> stage_{stage::pending};
    loop* loop_;  // null once it is done: it may have gone
    std::exception_ptr error_;
    any_task task_;
    concurrent_watcher* watchers_ = nullptr;
    concurrent_watcher** last_watcher_ = &watchers_;
};

template <class T>
class typed_concurrent_state : public concurrent_state {
public:
    using concurrent_state::concurrent_state;
    ~typed_concurrent_state() override = default;

    using stored = std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>;
    std::optional<stored> value;

    /// Keeps what `make` gives.
    template <class F>
    void fill(F&& make) {
        if constexpr (std::is_reference_v<T>)
            value.emplace(std::addressof(std::forward<F>(make)()));
        else
            value.emplace(std::forward<F>(make)());
    }
};
template <>
class typed_concurrent_state<void> : public concurrent_state {
public:
    using concurrent_state::concurrent_state;
    ~typed_concurrent_state() override = default;

    template <class F>
    void fill(F&& make) {
        std::forward<F>(make)();
    }
};

ROTA_API void report_callback_error(std::exception_ptr error) noexcept;

}  // namespace detail

/// What `run_coroutine_threadsafe` and `thread_pool::submit` give to the thread that asked: a result to wait for with the
/// thread; to `co_await` it there is `wrap_future`. A copyable handle, empty by default; any thread may use it, and it may
/// outlive the loop and the pool.
///
/// asyncio: `concurrent.futures.Future`.
template <class T = void>
class concurrent_future {
public:
    using value_type = T;

    concurrent_future() = default;
    concurrent_future(concurrent_future const& other) noexcept : state_(other.state_) { count(1); }
    concurrent_future(concurrent_future&& other) noexcept : state_(std::move(other.state_)) {}
    concurrent_future& operator=(concurrent_future other) noexcept {
        state_.swap(other.state_);
        return *this;
    }
    ~concurrent_future() { count(-1); }

    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// Whether its coroutine or function has ended; `cancelled`: by a cancel.
    bool done() const { return state().done(); }
    bool cancelled() const { return state().cancelled(); }

    /// Asks the coroutine to stop. It is cancelled when that has ended, and not where it ends with a result. False where it
    /// is done already. What was submitted to a pool is withdrawn where it has not begun; where it has, false.
    ///
    /// asyncio: `cancel`, which does not wait for the coroutine's end.
    bool cancel() const {
        state();
        return detail::concurrent_state::cancel(state_);
    }

    /// Waits for the result. Throws the coroutine's error or `cancelled_error`; `usage_error` on the loop's own thread,
    /// which would wait for itself. Of a temporary handle the value is moved out, where no other handle shares it.
    decltype(auto) result() const& { return shared(clock::duration::max()); }
    T result() && { return last(clock::duration::max()); }

    /// The same for `limit` at most, then `timeout_error`; the coroutine goes on.
    template <class Rep, class Period>
    decltype(auto) result(std::chrono::duration<Rep, Period> limit) const& {
        return shared(nanoseconds(limit));
    }
    template <class Rep, class Period>
    T result(std::chrono::duration<Rep, Period> limit) && {
        return last(nanoseconds(limit));
    }

    /// Waits likewise and gives the error; null where there is a value. Throws `cancelled_error`.
    std::exception_ptr exception() const {
        state().wait(clock::duration::max());
        return state_->exception();
    }
    template <class Rep, class Period>
    std::exception_ptr exception(std::chrono::duration<Rep, Period> limit) const {
        state().wait(nanoseconds(limit));
        return state_->exception();
    }

    /// Calls `fn(future)`, from a copy, when it is done: on the thread that ends it, the loop's or the pool's, or here and
    /// now where it is done already. In the order in which they were added. What `fn` throws is told on standard error.
    ///
    /// asyncio: `concurrent.futures.Future.add_done_callback`.
    template <class F>
        requires std::invocable<std::decay_t<F>&, concurrent_future const&>
    void add_done_callback(F&& fn) const {
        state();
        auto made = std::make_unique<callback<std::decay_t<F>>>(*this, std::forward<F>(fn));
        if (state_->watch(*made))
            made.release();  // it deletes itself
        else
            made->call();
    }

    /// For Rota itself.
    std::shared_ptr<detail::typed_concurrent_state<T>> const& shared_state() const {
        state();
        return state_;
    }
    static concurrent_future adopt(std::shared_ptr<detail::typed_concurrent_state<T>> shared) noexcept {
        concurrent_future made;
        made.state_ = std::move(shared);
        made.count(1);
        return made;
    }

private:
    template <class F>
    struct callback : detail::concurrent_watcher {
        template <class G>
        callback(concurrent_future const& of, G&& fn)
            : concurrent_watcher(&callback::told), future(of), function(std::forward<G>(fn)) {}
        static void told(concurrent_watcher& watcher) noexcept {
            std::unique_ptr<callback> const self(&static_cast<callback&>(watcher));
            self->call();
        }
        void call() noexcept {
            try {
                function(future);
            } catch (...) {
                detail::report_callback_error(std::current_exception());
            }
        }

        concurrent_future const future;
        F function;
    };

    template <class Rep, class Period>
    static clock::duration nanoseconds(std::chrono::duration<Rep, Period> limit) noexcept {
        return detail::deadline_after(clock::time_point{}, limit).time_since_epoch();
    }

    void count(int change) noexcept {
        if (state_) state_->handles.fetch_add(static_cast<std::uint32_t>(change), std::memory_order_acq_rel);
    }

    detail::typed_concurrent_state<T>& state() const {
        if (!state_)
            detail::throw_usage_error(
                "this concurrent_future is empty, or was moved from; run_coroutine_threadsafe and thread_pool.submit "
                "give "
                "full ones");
        return *state_;
    }

    decltype(auto) shared(clock::duration limit) const {
        state().wait(limit);
        state_->require_value();
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(**state_->value);
        else if constexpr (!std::is_void_v<T>)
            return static_cast<T const&>(*state_->value);
    }

    T last(clock::duration limit) {
        state().wait(limit);
        state_->require_value();
        if constexpr (std::is_reference_v<T>) {
            return **state_->value;
        } else if constexpr (!std::is_void_v<T>) {
            if (state_->handles.load(std::memory_order_acquire) == 1) return std::move(*state_->value);
            if constexpr (std::is_copy_constructible_v<T>)
                return *state_->value;
            else
                detail::throw_invalid_state(
                    "concurrent_future: its result can not be copied, and there are other handles to it");
        }
    }

    std::shared_ptr<detail::typed_concurrent_state<T>> state_;
};

}  // namespace rota::inline v0
