#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/result.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/delay.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_range.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/timer_queue.hpp>
#include <rota/detail/watch_node.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <source_location>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace detail {

class completions_base;

struct completion_node : watch_node<completions_base> {
    completion_node() = default;
    ~completion_node() { stop(); }

    completion_node* after = nullptr;  // in the order of finishing
};

/// Waits for the next task of several to finish.
class ROTA_API completion_awaiter : public timer_node, public list_node {
public:
    explicit completion_awaiter(completions_base& of) noexcept : of_(&of) {}

    bool await_ready() noexcept { return may_finish_at_once() && try_now(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        waiting_ = &suspend_here(awaiting.promise(), line);
        if (waiting_->visible != 0) [[unlikely]]
            return waiting_->raise_at_entry();
        if (!try_now()) {
            begin();
            return true;
        }
        if (hot.budget > 0) return false;
        wake(*waiting_);
        return true;
    }

    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    void fire() noexcept override;
    char const* waits_for() const noexcept override { return "as_completed"; }

protected:
    /// The task; null where there is none left. Throws where the time has passed.
    task_state* resume();

private:
    friend class completions_base;
    enum class outcome : unsigned char { none, finished, timed_out, orphaned };

    bool try_now() noexcept;
    void begin();
    void leave() noexcept;
    void end(outcome as) noexcept;

    completions_base* of_;
    task_state* waiting_ = nullptr;
    task_state* got_ = nullptr;
    clock::duration limit_{};  // where it has timed out
    outcome outcome_ = outcome::none;
};

template <class Task>
class next_task_awaiter final : public completion_awaiter {
public:
    using completion_awaiter::completion_awaiter;
    Task await_resume() {
        task_state* const got = resume();
        if (got == nullptr) return {};
        got->add_reference();
        return Task::adopt(got);
    }
};

[[noreturn]] ROTA_API void throw_nothing_left();

template <class Task>
class next_value_awaiter final : public completion_awaiter {
public:
    using completion_awaiter::completion_awaiter;
    decltype(auto) await_resume() {
        task_state* const got = resume();
        if (got == nullptr) throw_nothing_left();
        if (got->error) {
            got->set(task_error_seen);
            std::rethrow_exception(got->error);
        }
        if constexpr (requires { typename Task::value_type; }) {
            using T = typename Task::value_type;
            if constexpr (!std::is_void_v<T>)
                return static_cast<std::add_lvalue_reference_t<T const>>(value_of<T>(*got));
        }
    }
};

/// Which of its tasks have finished and were not given out yet, and who waits for more.
class ROTA_API completions_base {
public:
    completions_base(completions_base const&) = delete;
    completions_base& operator=(completions_base const&) = delete;

protected:
    /// `limit` as of `delay_point`.
    explicit completions_base(clock::time_point limit);
    ~completions_base();

    /// The nodes, which lie in a row, stay where they are until this is destroyed.
    void watch(completion_node& node, task_state& task);

private:
    friend class completion_awaiter;

    static void task_done(completion_waiter& waiter) noexcept;
    void finished(completion_node& node) noexcept;

    scheduler* home_;
    clock::duration limit_;
    clock::time_point deadline_;
    std::size_t left_ = 0;                      // not given out yet
    completion_node const* watched_ = nullptr;  // the first of a row
    std::size_t watched_count_ = 0;
    completion_node* first_ = nullptr;
    completion_node* last_ = nullptr;
    intrusive_list<completion_awaiter> waiting_;
};

}  // namespace detail

/// Tasks in the order in which they finish, as `as_completed` gives them:
///
///     auto finished = rota::as_completed(tasks);
///     while (auto t = co_await finished.next()) use(co_await t);
///
/// or their values at once, each of which has to be awaited before the next:
///
///     for (auto& next_done : rota::as_completed(tasks)) use(co_await next_done);
///
/// It stays where it is and belongs to its loop's thread. Any number of tasks may draw from it. Destroyed, it leaves the
/// tasks as they are; who still waits for it gets a `usage_error`.
///
/// asyncio: what `as_completed` returns; `next` is its `async for`.
template <class Task = any_task>
class completions : private detail::completions_base {
public:
    /// Stands for the next task to finish: `co_await` gives its value, a reference good for as long as there is the
    /// `completions`, or throws its error; `timeout_error` when the time has passed.
    class next_value {
    public:
        auto operator co_await() const noexcept { return detail::next_value_awaiter<Task>(*of_); }

    private:
        friend completions;
        explicit next_value(completions& of) noexcept : of_(&of) {}
        completions* of_;
    };

    /// Counts as many as there are tasks; it waits for nothing itself.
    class iterator {
    public:
        using value_type = next_value;
        using difference_type = std::ptrdiff_t;

        next_value& operator*() const noexcept { return of_->next_value_; }
        iterator& operator++() noexcept {
            --left_;
            return *this;
        }
        void operator++(int) noexcept { --left_; }
        friend bool operator==(iterator const& at, std::default_sentinel_t) noexcept { return at.left_ == 0; }

    private:
        friend completions;
        iterator(completions& of, std::size_t left) noexcept : of_(&of), left_(left) {}
        completions* of_;
        std::size_t left_;
    };

    /// For `as_completed`, which see.
    completions(std::vector<Task>&& tasks, clock::time_point limit)
        : completions_base(limit), tasks_(std::move(tasks)), nodes_(tasks_.size()) {
        for (std::size_t i = 0; i < tasks_.size(); ++i) watch(nodes_[i], tasks_[i].state());
    }

    /// Waits for the next task to finish and gives it; an empty one where all were given.
    ///
    /// Errors: `timeout_error` when the time has passed. The task's own come out when it is awaited.
    /// Cancellation: leaves; no task is lost.
    /// asyncio: the `async for` over what `as_completed` returns.
    [[nodiscard]] auto next() noexcept { return detail::next_task_awaiter<Task>(*this); }

    iterator begin() noexcept { return {*this, tasks_.size()}; }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    std::vector<Task> tasks_;
    std::vector<detail::completion_node> nodes_;
    next_value next_value_{*this};
};

/// Gives tasks in the order in which they finish; see `completions`. With a limit, a wait for the next one throws
/// `timeout_error` once that long has passed since this call; what had finished is given before. It cancels nothing.
///
/// Errors: `usage_error` outside a loop, and for a task of another one.
/// Cancellation: of who waits for the next one: leaves; no task is lost.
/// asyncio: `as_completed`. It takes tasks only: `with_as_completed` takes coroutines, and ends them.
template <detail::task_range R>
[[nodiscard]] auto as_completed(R&& tasks) {
    using task_type = std::ranges::range_value_t<R>;
    return completions<task_type>(detail::tasks_of<task_type>(std::forward<R>(tasks)), clock::never());
}
template <detail::task_range R, detail::delay Limit>
[[nodiscard]] auto as_completed(R&& tasks, Limit limit) {
    using task_type = std::ranges::range_value_t<R>;
    return completions<task_type>(detail::tasks_of<task_type>(std::forward<R>(tasks)), detail::delay_point(limit));
}
template <detail::task_range R, detail::delay_without_unit Number>
detail::write_1s_or_500ms_with_std_chrono_literals as_completed(R&&, Number) = delete;
template <detail::task_type First, detail::task_type... Rest>
[[nodiscard]] auto as_completed(First const& first, Rest const&... rest) {
    return completions<detail::common_task<First, Rest...>>(detail::tasks_of_each(first, rest...), clock::never());
}

namespace detail {

/// Waits for the end of one of several tasks that are being cancelled, whatever happens; cancelled, it asks all of them
/// again.
template <class Task>
class last_wait final : public leaf, public waiting_task {
public:
    last_wait(Task const& awaited, std::vector<Task> const& all) noexcept : awaited_(awaited.state()), all_(all) {}

    bool await_ready() const noexcept { return awaited_.done(); }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting,
                       std::source_location line = std::source_location::current()) noexcept {
        waiting = &suspend_here(awaiting.promise(), line);
        waiting->parked = this;
        awaited_.waiters.add(*this);
        return true;
    }
    void await_resume() const noexcept {}

    bool cancel(task_state&) noexcept override {
        for (Task const& each : all_)
            if (!each.done()) each.state().request_cancel(0);
        return false;
    }
    void each_awaited(awaited_visitor& to) const override { to.visit(&awaited_); }
    char const* waits_for() const noexcept override { return "the end of with_as_completed's tasks"; }

private:
    task_state& awaited_;
    std::vector<Task> const& all_;
};

template <class Task, class Bound>
coro<typename Bound::result> run_as_completed(std::vector<coro<typename Task::value_type>> coros,
                                              clock::time_point limit, Bound body) {
    std::vector<Task> tasks;
    std::optional<completions<Task>> finished;
    auto const start = [&]() -> auto& {
        tasks.reserve(coros.size());
        for (auto& each : coros) tasks.push_back(create_task(std::move(each)));
        finished.emplace(std::vector<Task>(tasks), limit);
        return body.start(*finished);
    };
    auto outcome = co_await as_result_of(start);
    for (Task const& each : tasks)
        if (!each.done()) each.state().request_cancel(0);
    for (Task const& each : tasks) co_await last_wait<Task>(each, tasks);
    co_return std::move(outcome).value();
}

template <class R>
concept coro_range = std::ranges::input_range<R> && requires(std::ranges::range_value_t<R> item) {
    typename std::ranges::range_value_t<R>::promise_type;
    item.release();
};

template <class R, class Body, class... Args>
auto start_as_completed(R&& coros, clock::time_point limit, Body&& body, Args&&... args) {
    using item = std::ranges::range_value_t<R>;
    using task_type = task<typename item::value_type>;
    static_assert(!std::is_lvalue_reference_v<R> || std::ranges::view<std::remove_cvref_t<R>>,
                  "with_as_completed of a named range of coroutines: write std::move(range), since it takes them over");
    std::vector<item> own;
    for (auto& each : coros) own.push_back(std::move(each));
    return run_as_completed<task_type>(
        std::move(own), limit,
        bind_body(offers<completions<task_type>>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace detail

/// Makes tasks of a range of coroutines, lets `body` take them in the order in which they finish, and gives what the body
/// gives. `body` is `fn, args...`, called as `fn(completions<task<T>>&, args...)`, whose copies live until all is over.
/// What has not finished when the body ends is cancelled and awaited. A limit may stand before the body.
///
///     co_await rota::with_as_completed(std::move(pages), [&](auto& finished) -> rota::coro<> {
///         for (auto& next_done : finished) show(co_await next_done);
///     });
///
/// Errors: the body's. That of a task comes out where the body awaits it; one that the body did not await reaches the
/// loop's exception handler.
/// Cancellation: reaches the body, then the tasks; all are awaited.
/// asyncio: `as_completed` of coroutines, which run on when the loop over them is left.
template <detail::coro_range R, class Body, class... Args>
[[nodiscard]] auto with_as_completed(R&& coros, Body&& body, Args&&... args) {
    return detail::start_as_completed(std::forward<R>(coros), clock::never(), std::forward<Body>(body),
                                      std::forward<Args>(args)...);
}
template <detail::coro_range R, detail::delay Limit, class Body, class... Args>
[[nodiscard]] auto with_as_completed(R&& coros, Limit limit, Body&& body, Args&&... args) {
    return detail::start_as_completed(std::forward<R>(coros), detail::delay_point(limit), std::forward<Body>(body),
                                      std::forward<Args>(args)...);
}
template <detail::coro_range R, detail::delay_without_unit Number, class Body, class... Args>
detail::write_1s_or_500ms_with_std_chrono_literals with_as_completed(R&&, Number, Body&&, Args&&...) = delete;

}  // namespace rota::inline v0
