#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/executor_work.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/outside_call.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/thread_function.hpp>
#include <rota/engine/operation.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// For `to_thread`: a cancel does not wait for what runs already.
///
/// asyncio: always so: the thread runs on, and nobody waits for it.
struct abandon_on_cancel_t {
    explicit abandon_on_cancel_t() = default;
};
/// The value of that type to pass.
inline constexpr abandon_on_cancel_t abandon_on_cancel{};

namespace detail {

/// Work for a thread of the engine's pool or of an executor, and who waits for it.
class ROTA_API thread_job : public executor_work {
public:
    thread_job(thread_job const&) = delete;
    thread_job& operator=(thread_job const&) = delete;

    /// True: it is under way; false: it could not even be queued, or is finished.
    bool start(task_state& for_task);
    /// Asks for its withdrawal, which only works before it runs.
    void withdraw() noexcept;
    /// Nobody waits any more; it goes when it is done.
    void abandon() noexcept;
    /// Throws where the work threw or did not run.
    void rethrow() const;

    /// Before `start`, for `run_in_executor`: where it goes, null for where the loop has it go, and that without its
    /// context.
    void send_to(std::shared_ptr<executor_target> target) noexcept {
        target_ = std::move(target);
        in_executor_ = true;
    }
    char const* what_waits() const noexcept { return in_executor_ ? "run_in_executor" : "to_thread"; }

protected:
    explicit thread_job() noexcept : executor_work(&thread_job::work_in_thread, &thread_job::completed) {}
    thread_job(thread_job&& unstarted) noexcept : thread_job() {
        target_ = std::move(unstarted.target_);
        in_executor_ = unstarted.in_executor_;
    }
    ~thread_job() = default;

private:
    virtual void call() = 0;
    virtual void destroy() noexcept {}

    static void work_in_thread(blocking_operation& op) noexcept;
    static void completed(operation& op) noexcept;
    bool submit();
    void ended(std::int32_t result) noexcept override;

    task_state* task_ = nullptr;
    context_map* context_ = nullptr;
    std::exception_ptr error_;
    std::shared_ptr<executor_target> target_;  // null: the engine
    outside_call back_;
    bool in_executor_ = false;
};

/// Room for what the work returns. What is moved is not started, and so empty.
template <class T>
class thread_result {
public:
    thread_result() = default;
    thread_result(thread_result&&) noexcept {}
    thread_result& operator=(thread_result&&) = delete;
    ~thread_result() = default;

    template <class F>
    void fill(F&& work) {
        value_.fill(std::forward<F>(work)());
    }
    decltype(auto) take() { return value_.take(); }

private:
    result_slot<T> value_;
};
template <>
class thread_result<void> {
public:
    template <class F>
    void fill(F&& work) {
        std::forward<F>(work)();
    }
    void take() const noexcept {}
};

template <class F, class... Args>
class bound_job : public thread_job {
public:
    using result = std::invoke_result_t<F, Args...>;

    template <class G, class... More>
    explicit bound_job(std::in_place_t, G&& f, More&&... args)
        : copies_(std::forward<G>(f), std::forward<More>(args)...) {}
    bound_job(bound_job&&) = default;
    ~bound_job() = default;

    result take() {
        rethrow();
        return value_.take();
    }

private:
    void call() override {
        value_.fill([this]() -> result {
            return std::apply(
                [](F& f, Args&... args) -> result { return std::invoke(std::move(f), std::move(args)...); }, copies_);
        });
    }

    std::tuple<F, Args...> copies_;
    thread_result<result> value_;
};

/// The work is in the awaiter; who is cancelled waits for work that runs.
template <class F, class... Args>
class thread_awaiter : public leaf, private bound_job<F, Args...> {
    using job = bound_job<F, Args...>;

public:
    using job::job;
    using job::send_to;
    thread_awaiter(thread_awaiter&&) = default;
    ~thread_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        if (!this->start(task)) return false;
        task.parked = this;
        return true;
    }
    typename job::result await_resume() {
        check_raise();
        return this->take();
    }

    bool cancel(task_state&) noexcept override {
        this->withdraw();
        return false;
    }
    char const* waits_for() const noexcept override { return this->what_waits(); }
};

/// The same of a function that is told by a stop token when nobody wants its result any more.
template <class F, class... Args>
class stoppable_thread_awaiter final : public thread_awaiter<F, std::stop_token, Args...> {
    using base = thread_awaiter<F, std::stop_token, Args...>;

public:
    template <class G, class... More>
    explicit stoppable_thread_awaiter(std::stop_source&& source, G&& f, More&&... args)
        : base(std::in_place, std::forward<G>(f), source.get_token(), std::forward<More>(args)...),
          source_(std::move(source)) {}

    bool cancel(task_state& waiting) noexcept override {
        source_.request_stop();
        return base::cancel(waiting);
    }

private:
    std::stop_source source_;
};

/// A job in a block of its own, which outlives who waits for it.
template <class F, class... Args>
class detached_job final : public bound_job<F, Args...> {
public:
    using bound_job<F, Args...>::bound_job;

private:
    void destroy() noexcept override { delete this; }
};

template <class F, class... Args>
class detached_thread_awaiter final : public leaf {
    using job = detached_job<F, Args...>;

public:
    explicit detached_thread_awaiter(std::unique_ptr<job> work) noexcept : job_(std::move(work)) {}
    detached_thread_awaiter(detached_thread_awaiter&&) noexcept = default;
    ~detached_thread_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& task = suspend_here(awaiting.promise(), line);
        if (task.visible != 0) [[unlikely]]
            return task.raise_at_entry();
        if (!job_->start(task)) return false;
        task.parked = this;
        return true;
    }
    typename job::result await_resume() {
        check_raise();
        return job_->take();
    }

    bool cancel(task_state&) noexcept override {
        job_.release()->abandon();
        return true;
    }
    char const* waits_for() const noexcept override { return "to_thread"; }

private:
    std::unique_ptr<job> job_;
};

}  // namespace detail

/// Calls `fn(args...)`, from copies, on a thread of the loop's pool, or of its default executor, and gives what it returns. Other tasks go on meanwhile.
/// Context variables have there the values they have here; what is set there stays there. In simulation it runs inline, at
/// a later time of the seed's choosing. `fn` gives nothing to await: nobody would await it there.
///
/// What `fn` takes by reference needs `std::ref`, as for `std::thread`.
///
/// GCC 12: name a lambda that captures more than references before you pass it.
///
/// Errors: what `fn` throws; `system_error` where no thread can be started.
/// Cancellation: withdraws what has not begun; what runs is awaited and its result delivered, so that `[&]` is safe.
/// asyncio: `to_thread`, which leaves the thread to itself when it is cancelled.
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] auto to_thread(F&& fn, Args&&... args) {
    detail::refuse_awaitable_in_thread<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>();
    return detail::thread_awaiter<std::decay_t<F>, std::decay_t<Args>...>(std::in_place, std::forward<F>(fn),
                                                                          std::forward<Args>(args)...);
}

/// The same of a function that takes a `std::stop_token` before its arguments, as that of a `std::jthread` may: a stop is
/// requested of it when the task that waits is cancelled.
///
/// Cancellation: requests the stop; what runs is awaited and its result delivered.
/// asyncio: has nothing like it; the thread is never told.
template <class F, class... Args>
    requires(!std::invocable<std::decay_t<F>, std::decay_t<Args>...> &&
             std::invocable<std::decay_t<F>, std::stop_token, std::decay_t<Args>...>)
[[nodiscard]] auto to_thread(F&& fn, Args&&... args) {
    detail::refuse_awaitable_in_thread<std::invoke_result_t<std::decay_t<F>, std::stop_token, std::decay_t<Args>...>>();
    return detail::stoppable_thread_awaiter<std::decay_t<F>, std::decay_t<Args>...>(
        std::stop_source(), std::forward<F>(fn), std::forward<Args>(args)...);
}

/// The same with copies in a block of their own: who is cancelled leaves at once, and what runs is left to its end, its
/// result and its error dropped. `fn` must not refer to anything of the caller's. `run` still waits for it.
///
/// Cancellation: raises at once.
/// asyncio: what its `to_thread` does.
template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] auto to_thread(abandon_on_cancel_t, F&& fn, Args&&... args) {
    detail::refuse_awaitable_in_thread<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>();
    using job = detail::detached_job<std::decay_t<F>, std::decay_t<Args>...>;
    return detail::detached_thread_awaiter<std::decay_t<F>, std::decay_t<Args>...>(
        std::make_unique<job>(std::in_place, std::forward<F>(fn), std::forward<Args>(args)...));
}

template <class F, class... Args>
    requires detail::wants_references_in_thread<F, Args...>
detail::write_std_ref_around_what_the_function_is_to_share to_thread(F&&, Args&&...) = delete;
template <class F, class... Args>
    requires detail::wants_references_in_thread<F, Args...>
detail::write_std_ref_around_what_the_function_is_to_share to_thread(abandon_on_cancel_t, F&&, Args&&...) = delete;

}  // namespace rota::inline v0
