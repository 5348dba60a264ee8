#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/future.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/gather_base.hpp>
#include <rota/detail/gathered.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <ranges>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

/// `gather(rota::return_exceptions, ...)`: errors are results like any other.
///
/// asyncio: `return_exceptions=True`.
struct return_exceptions_t {
    explicit return_exceptions_t() = default;
};
/// The value of that type to pass.
inline constexpr return_exceptions_t return_exceptions{};

namespace detail {

/// One argument of a `gather`, until it is started and afterwards.
template <class T, bool Owned>
struct gather_made {
    using value = T;
    static constexpr taking how = taking::move;
    static constexpr bool needs_node = !Owned;
    static constexpr bool makes = true;

    coro<T> start;
    task_state* child = nullptr;

    bool done() const noexcept { return false; }
    task_state& state() const noexcept { return *child; }
};

template <class Task, taking How>
struct gather_joined {
    using value = typename Task::value_type;
    static constexpr taking how = How;
    static constexpr bool needs_node = true;
    static constexpr bool makes = false;

    Task task;

    bool done() const { return task.done(); }
    task_state& state() const { return task.state(); }
};

template <class A>
concept gatherable = awaitable<A&&> || is_coro<std::remove_cvref_t<A>>;

/// What makes a `gather` of anything else an error with this name in it.
struct gather_takes_coroutines_tasks_futures_and_other_awaitables_or_one_range_of_them {};

template <class T>
gather_made<T, true> gather_slot(coro<T>&& c) {
    return {std::move(c)};
}
template <class T>
gather_joined<task<T>, taking::copy> gather_slot(task<T> const& t) {
    return {t};
}
template <class T>
gather_joined<task<T>, taking::move_if_last> gather_slot(task<T>&& t) {
    return {std::move(t)};
}
inline gather_joined<untyped_task, taking::copy> gather_slot(any_task t) { return {untyped_task(std::move(t))}; }
template <class T>
gather_made<T, false> gather_slot(future<T> f) {
    return {await_copied(std::move(f))};
}
template <class A>
    requires(!is_task<std::remove_cvref_t<A>> && !is_future<std::remove_cvref_t<A>> && !is_coro<std::remove_cvref_t<A>>)
auto gather_slot(A&& other) {
    auto awaiting = await_copied<std::decay_t<A>>(std::forward<A>(other));
    return gather_made<typename decltype(awaiting)::value_type, true>{std::move(awaiting)};
}

template <bool Keep, class... Slots>
class gather_awaiter final : public gather_base {
public:
    explicit gather_awaiter(Slots&&... slots) : gather_base(Keep), slots_(std::move(slots)...) {}
    gather_awaiter(gather_awaiter&&) noexcept = default;
    ~gather_awaiter() { release(); }

    bool await_ready() const noexcept { return sizeof...(Slots) == 0; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0 && !all_done()) [[unlikely]] {
            discard_all();
            return waiting.raise_at_entry();
        }
        begin(waiting, made_.data(), nodes_.data());
        try {
            std::apply([&](Slots&... each) { (start(each, line), ...); }, slots_);
        } catch (...) {
            fail_to_start();
        }
        if (stopped()) [[unlikely]]
            discard_all();
        return wait();
    }

    auto await_resume() {
        if constexpr (sizeof...(Slots) != 0) check();
        return std::apply(
            [](Slots&... each) {
                using outcomes =
                    std::tuple<decltype(take_outcome<typename Slots::value, Slots::how, Keep>(each.state()))...>;
                return outcomes{take_outcome<typename Slots::value, Slots::how, Keep>(each.state())...};
            },
            slots_);
    }

private:
    bool all_done() const {
        return std::apply([](Slots const&... each) { return (each.done() && ...); }, slots_);
    }
    template <class Slot>
    static void discard_unbegun(Slot& slot) noexcept {
        if constexpr (Slot::makes) discard(slot.start);
    }
    void discard_all() noexcept {
        std::apply([](Slots&... each) { (discard_unbegun(each), ...); }, slots_);
    }
    template <class Slot>
    void start(Slot& slot, std::source_location line) {
        if (stopped()) return;
        if constexpr (!Slot::makes)
            join(slot.state());
        else if constexpr (Slot::needs_node)
            slot.child = make(std::move(slot.start), line);
        else
            slot.child = own(std::move(slot.start), line);
    }

    std::tuple<Slots...> slots_;
    [[no_unique_address]] std::array<task_state*, (std::size_t{Slots::makes} + ... + 0)> made_{};
    [[no_unique_address]] std::array<node, (std::size_t{Slots::needs_node} + ... + 0)> nodes_;
};

/// A range of coroutines; of futures where they are not `Owned`.
template <bool Keep, bool Owned, class T>
class gather_coros_awaiter final : public gather_base {
public:
    explicit gather_coros_awaiter(std::vector<coro<T>>&& children) noexcept
        : gather_base(Keep), coros_(std::move(children)) {}
    gather_coros_awaiter(gather_coros_awaiter&&) noexcept = default;
    ~gather_coros_awaiter() { release(); }

    bool await_ready() const noexcept { return coros_.empty(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0) [[unlikely]] {
            discard_all();
            return waiting.raise_at_entry();
        }
        made_.resize(coros_.size());
        if constexpr (!Owned) nodes_.resize(coros_.size());
        begin(waiting, made_.data(), nodes_.data());
        try {
            for (coro<T>& c : coros_) {
                if (stopped()) break;
                if constexpr (Owned)
                    own(std::move(c), line);
                else
                    make(std::move(c), line);
            }
        } catch (...) {
            fail_to_start();
        }
        if (stopped()) [[unlikely]]
            discard_all();
        return wait();
    }

    auto await_resume() {
        if (!coros_.empty()) check();
        std::vector<decltype(take_outcome<T, taking::move, Keep>(*made_[0]))> outcomes;
        outcomes.reserve(made_.size());
        for (task_state* child : made_) outcomes.push_back(take_outcome<T, taking::move, Keep>(*child));
        return outcomes;
    }

private:
    void discard_all() noexcept {
        for (coro<T>& each : coros_) discard(each);
    }

    std::vector<coro<T>> coros_;
    std::vector<task_state*> made_;
    std::vector<node> nodes_;
};

template <bool Keep, class Task, taking How>
class gather_tasks_awaiter final : public gather_base {
    using T = typename Task::value_type;

public:
    explicit gather_tasks_awaiter(std::vector<Task>&& tasks) noexcept : gather_base(Keep), tasks_(std::move(tasks)) {}
    gather_tasks_awaiter(gather_tasks_awaiter&&) noexcept = default;
    ~gather_tasks_awaiter() { release(); }

    bool await_ready() const noexcept { return tasks_.empty(); }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        if (waiting.visible != 0 && !std::ranges::all_of(tasks_, [](Task const& t) { return t.done(); })) [[unlikely]]
            return waiting.raise_at_entry();
        nodes_.resize(tasks_.size());
        begin(waiting, nullptr, nodes_.data());
        try {
            for (Task const& each : tasks_) {
                if (stopped()) break;
                join(each.state());
            }
        } catch (...) {
            fail_to_start();
        }
        return wait();
    }

    auto await_resume() {
        if (!tasks_.empty()) check();
        std::vector<decltype(take_outcome<T, How, Keep>(tasks_[0].state()))> outcomes;
        outcomes.reserve(tasks_.size());
        for (Task const& each : tasks_) outcomes.push_back(take_outcome<T, How, Keep>(each.state()));
        return outcomes;
    }

private:
    std::vector<Task> tasks_;
    std::vector<node> nodes_;
};

template <bool Keep, class... As>
auto gather_arguments(As&&... each) {
    static_assert((!(is_coro<std::remove_cvref_t<As>> && std::is_lvalue_reference_v<As>) && ...),
                  "gather of a named coroutine: write std::move(c), since gather takes it over");
    return gather_awaiter<Keep, decltype(gather_slot(std::forward<As>(each)))...>(
        gather_slot(std::forward<As>(each))...);
}

template <bool Keep, class R>
auto gather_range(R&& range) {
    using item = range_item<R>;
    if constexpr (is_coro<item>) {
        static_assert(gives_items<R> || std::ranges::view<std::remove_cvref_t<R>>,
                      "gather of a named range of coroutines: write std::move(range), since gather takes them over");
        return gather_coros_awaiter<Keep, true, typename item::value_type>(items_of<item>(std::forward<R>(range)));
    } else if constexpr (is_future<item>) {
        using T = typename item::value_type;
        std::vector<coro<T>> awaiting;
        for (item const& each : range) awaiting.push_back(await_copied(each));
        return gather_coros_awaiter<Keep, false, T>(std::move(awaiting));
    } else if constexpr (std::same_as<item, any_task>) {
        return gather_tasks_awaiter<Keep, untyped_task, taking::copy>(items_of<untyped_task>(std::forward<R>(range)));
    } else {
        constexpr taking how = gives_items<R> ? taking::move_if_last : taking::copy;
        return gather_tasks_awaiter<Keep, item, how>(items_of<item>(std::forward<R>(range)));
    }
}

}  // namespace detail

/// Runs all at once, each in a task of its own, and gives their values in the order of the arguments: a tuple, in which
/// `std::monostate` stands for void and `std::reference_wrapper` for a reference. It starts when it is awaited. The
/// arguments are coroutines, which it takes over (`std::move` of named ones), tasks, futures, or whatever can be awaited.
///
/// With `rota::return_exceptions` first each place holds a `rota::result<T>`, and errors are results like any other.
///
/// Errors: the first one. Coroutines belong to the gather: the rest is cancelled and awaited before the error comes out,
/// and errors they make of that are dropped. Tasks and futures do not: it comes out at once, and they go on. Where a child
/// was cancelled by somebody else, its `cancelled_error` counts as an error.
/// Cancellation: each request is passed on to every child, and all are awaited. Then it throws the first error that is no
/// `cancelled_error`, where there is one and errors are not to be returned, else `cancelled_error`: an error that was to be
/// returned reaches the loop's exception handler. If all children had finished when the request came, their results are
/// delivered.
/// asyncio: `gather`. There children go on after the first error, also those that only the gather knows, which in C++ would
/// leave them with references into a frame that is gone; and a cancelled gather ends with the first child that ends.
/// There it begins where it is written, here where it is awaited, also as an argument of another.
template <class... As>
    requires(detail::gatherable<As> && ...)
[[nodiscard]] auto gather(As&&... awaitables) {
    return detail::gather_arguments<false>(std::forward<As>(awaitables)...);
}
template <class... As>
    requires(detail::gatherable<As> && ...)
[[nodiscard]] auto gather(return_exceptions_t, As&&... awaitables) {
    return detail::gather_arguments<true>(std::forward<As>(awaitables)...);
}

template <class... As>
    requires(!(detail::gatherable<As> && ...))
detail::gather_takes_coroutines_tasks_futures_and_other_awaitables_or_one_range_of_them gather(As&&...) = delete;

/// The same of a range of coroutines (an rvalue, or a view such as `std::span` from which they are moved), tasks or
/// futures: gives a vector in their order.
template <detail::gatherable_range R>
[[nodiscard]] auto gather(R&& range) {
    return detail::gather_range<false>(std::forward<R>(range));
}
template <detail::gatherable_range R>
[[nodiscard]] auto gather(return_exceptions_t, R&& range) {
    return detail::gather_range<true>(std::forward<R>(range));
}

}  // namespace rota::inline v0
