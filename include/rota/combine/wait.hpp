#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/delay.hpp>
#include <rota/detail/task_range.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/timer_queue.hpp>
#include <rota/detail/watch_node.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <source_location>
#include <utility>
#include <vector>

namespace rota::inline v0 {

/// When `wait` is over: with the first task that is done; with the first that ends with an error other than
/// `cancelled_error`, or else with the last; or with the last.
///
/// asyncio: `FIRST_COMPLETED`, `FIRST_EXCEPTION`, `ALL_COMPLETED`.
enum class wait_when : std::uint8_t { first_completed, first_exception, all_completed };
using enum wait_when;

/// How long `wait` waits: `wait(tasks, 10ms)`, `wait(tasks, rota::first_completed)`, or both in this order in braces.
///
/// asyncio: `timeout=` and `return_when=`.
struct wait_options {
    wait_options() = default;
    wait_options(wait_when when) noexcept : return_when(when) {}
    template <detail::delay Limit>
    wait_options(Limit limit, wait_when when = all_completed) noexcept
        : timeout(detail::delay_duration(limit)), return_when(when) {}

    std::optional<clock::duration> timeout;
    wait_when return_when = all_completed;
};

/// What `wait` gives: the tasks that are done and those that are not, each in the order in which they were given.
///
/// asyncio: two sets.
template <class Task = any_task>
struct wait_result {
    wait_result() = default;
    wait_result(std::vector<Task> are_done, std::vector<Task> are_not)
        : done(std::move(are_done)), pending(std::move(are_not)) {}

    std::vector<Task> done;
    std::vector<Task> pending;
};

namespace detail {

class ROTA_API wait_base : public timer_node {
public:
    bool cancel(task_state&) noexcept override;
    void each_awaited(awaited_visitor& to) const override;
    void fire() noexcept override;
    char const* waits_for() const noexcept override { return "wait"; }

protected:
    using node = watch_node<wait_base>;

    explicit wait_base(wait_options const& options) noexcept
        : timer_node(delay_point(options.timeout)), return_when_(options.return_when) {}
    wait_base(wait_base&& not_awaited) noexcept
        : timer_node(static_cast<timer_node&&>(not_awaited)), return_when_(not_awaited.return_when_) {}
    ~wait_base() = default;

    [[noreturn]] static void refuse_nothing();
    void begin(task_state& waiting, node* nodes) noexcept {
        waiting_ = &waiting;
        nodes_ = nodes;
    }
    void look_at(task_state& task);
    /// False: it is over at once.
    bool suspend();
    void leave() noexcept;

private:
    static void task_done(completion_waiter& waiter) noexcept;
    bool is_over(task_state const& ended) const noexcept {
        return return_when_ == first_completed ||
               (return_when_ == first_exception && ended.error && !ended.has(task_cancelled));
    }

    task_state* waiting_ = nullptr;
    node* nodes_ = nullptr;
    std::uint32_t node_count_ = 0;
    std::uint32_t left_ = 0;
    wait_when return_when_;
    bool over_ = false;
};

template <class Task>
class wait_awaiter final : public wait_base {
public:
    wait_awaiter(std::vector<Task>&& tasks, wait_options const& options) noexcept
        : wait_base(options), tasks_(std::move(tasks)) {}
    wait_awaiter(wait_awaiter&&) noexcept = default;
    ~wait_awaiter() { leave(); }

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0) [[unlikely]]
            return waiting.raise_at_entry();
        if (tasks_.empty()) refuse_nothing();
        nodes_.resize(tasks_.size());
        begin(waiting, nodes_.data());
        for (Task const& each : tasks_) look_at(each.state());
        return suspend();
    }

    wait_result<Task> await_resume() {
        check_raise();
        wait_result<Task> result;
        for (Task const& each : tasks_) (each.done() ? result.done : result.pending).push_back(each);
        return result;
    }

private:
    std::vector<Task> tasks_;
    std::vector<node> nodes_;
};

}  // namespace detail

/// Waits for tasks until the options say that it is over, and tells which are done. It cancels none of them, and throws
/// none of their errors: await those that are done, or ask them for their `result()`.
///
///     auto waited = co_await rota::wait(tasks, rota::first_completed);
///
/// Errors: `usage_error` where there are no tasks, or one of another loop, or the task that waits.
/// Cancellation: leaves at once; the tasks go on.
/// asyncio: `wait`. The time limit is no error there either; the results keep the given order.
template <detail::task_range R>
[[nodiscard]] auto wait(R&& tasks, wait_options options = wait_options()) {
    using task_type = std::ranges::range_value_t<R>;
    return detail::wait_awaiter<task_type>(detail::tasks_of<task_type>(std::forward<R>(tasks)), options);
}
/// The same of single tasks, of one type or of several; the options, where there are any, come first.
template <detail::task_type First, detail::task_type... Rest>
[[nodiscard]] auto wait(wait_options options, First const& first, Rest const&... rest) {
    return detail::wait_awaiter<detail::common_task<First, Rest...>>(detail::tasks_of_each(first, rest...), options);
}
template <detail::task_type First, detail::task_type... Rest>
[[nodiscard]] auto wait(First const& first, Rest const&... rest) {
    return wait(wait_options(), first, rest...);
}

}  // namespace rota::inline v0
