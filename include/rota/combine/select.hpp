#pragma once

#include <rota/combine/gather.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/future.hpp>
#include <rota/core/result.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/gathered.hpp>
#include <rota/detail/select_base.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <array>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <ranges>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

/// What `select` gives: which finished first, and in its place the value of each that finished: all but always one, but
/// those that came in the same moment are there too. `Values` is a tuple of optionals, or a vector of them.
///
/// asyncio: has nothing like it.
template <class Values>
struct selected {
    selected(std::size_t which, Values all) : first(which), values(std::move(all)) {}

    /// The place of `values` that was filled first.
    std::size_t first;
    Values values;

    /// The optional in the I-th place.
    template <std::size_t I>
    auto& get() noexcept {
        return std::get<I>(values);
    }
    template <std::size_t I>
    auto const& get() const noexcept {
        return std::get<I>(values);
    }
};

namespace detail {

template <class T, bool Keep>
using select_place = std::optional<std::conditional_t<Keep, result<T>, gathered<T>>>;

template <class T, taking How, bool Keep>
select_place<T, Keep> take_finished(task_state& task) {
    if constexpr (Keep) {
        return take_outcome<T, How, true>(task);
    } else {
        if (task.error) return std::nullopt;
        return take_value<T, How>(task);
    }
}

inline std::exception_ptr see_error_of(task_state& task) noexcept {
    if (task.error) task.set(task_error_seen);
    return task.error;
}

/// What `select` owns: a coroutine, or something to await.
template <class T>
struct select_owned {
    using value = T;
    static constexpr std::size_t makes = 1;

    coro<T> start;
    task_state* child = nullptr;

    bool done() const noexcept { return false; }
    void const* id() const noexcept { return child; }
    void begin(select_base& in, std::source_location line) { child = in.own(std::move(start), line); }
    void discard_unbegun() noexcept { discard(start); }
    std::exception_ptr error() const noexcept { return see_error_of(*child); }
    template <bool Keep>
    select_place<T, Keep> take(bool first) const {
        if (child == nullptr || (child->has(task_cancelled) && !first)) return std::nullopt;
        return take_finished<T, taking::move, Keep>(*child);
    }
};

/// A task, which it watches.
template <class Task, taking How>
struct select_task {
    using value = typename Task::value_type;
    static constexpr std::size_t makes = 0;

    Task task;

    bool done() const { return task.done(); }
    void const* id() const { return &task.state(); }
    void begin(select_base& in, std::source_location) { in.watch_end_of(task.state()); }
    void discard_unbegun() const noexcept {}
    std::exception_ptr error() const { return see_error_of(task.state()); }
    template <bool Keep>
    select_place<value, Keep> take(bool) const {
        if (!task.done()) return std::nullopt;
        return take_finished<value, How, Keep>(task.state());
    }
};

/// A future, which it watches.
template <class T>
struct select_future {
    static_assert(std::is_void_v<T> || std::is_reference_v<T> || std::is_copy_constructible_v<T>,
                  "select of a future gives a copy of its value, and this one can not be copied");
    using value = T;
    static constexpr std::size_t makes = 0;

    future<T> awaited;

    bool done() const { return awaited.done(); }
    void const* id() const { return &awaited.state(); }
    void begin(select_base& in, std::source_location) {
        auto& state = awaited.state();
        in.watch_end_of(state.waiters, &state, state.home);
    }
    void discard_unbegun() const noexcept {}
    std::exception_ptr error() const {
        if (awaited.cancelled()) return std::make_exception_ptr(cancelled_error());
        return awaited.exception();
    }
    template <bool Keep>
    select_place<T, Keep> take(bool) const {
        if (!awaited.done()) return std::nullopt;
        if constexpr (Keep) {
            if (auto failed = error()) return result<T>(std::move(failed));
        } else {
            if (awaited.state().now != future_state::stage::value) return std::nullopt;
        }
        if constexpr (std::is_void_v<T>) {
            if constexpr (Keep)
                return result<T>(std::in_place, std::monostate());
            else
                return std::monostate();
        } else {
            auto& set_to = awaited.state().value.get();
            if constexpr (Keep && std::is_reference_v<T>)
                return result<T>(std::in_place, &set_to);
            else if constexpr (Keep)
                return result<T>(std::in_place, std::as_const(set_to));
            else if constexpr (std::is_reference_v<T>)
                return set_to;
            else
                return std::as_const(set_to);
        }
    }
};

template <class T>
select_owned<T> select_arm(coro<T>&& c) {
    return {std::move(c)};
}
template <class T>
select_task<task<T>, taking::copy> select_arm(task<T> const& t) {
    return {t};
}
template <class T>
select_task<task<T>, taking::move_if_last> select_arm(task<T>&& t) {
    return {std::move(t)};
}
inline select_task<untyped_task, taking::copy> select_arm(any_task t) { return {untyped_task(std::move(t))}; }
template <class T>
select_future<T> select_arm(future<T> f) {
    return {std::move(f)};
}
template <class A>
    requires(!is_task<std::remove_cvref_t<A>> && !is_future<std::remove_cvref_t<A>> && !is_coro<std::remove_cvref_t<A>>)
auto select_arm(A&& other) {
    auto awaiting = await_copied<std::decay_t<A>>(std::forward<A>(other));
    return select_owned<typename decltype(awaiting)::value_type>{std::move(awaiting)};
}

/// What is awaited, with room for the tasks made of it and the watches: a tuple of it, or a vector.
template <bool Keep, class Arms>
struct select_arms;

template <bool Keep, class... Arms>
struct select_arms<Keep, std::tuple<Arms...>> {
    using values = std::tuple<select_place<typename Arms::value, Keep>...>;

    std::tuple<Arms...> arms;
    [[no_unique_address]] std::array<task_state*, (std::size_t{0} + ... + Arms::makes)> made{};
    [[no_unique_address]] std::array<select_base::watch, sizeof...(Arms) - (std::size_t{0} + ... + Arms::makes)>
        watches{};

    void make_room() const noexcept {}
    template <class F>
    void each(F&& f) {
        std::apply([&](Arms&... arm) { (f(arm), ...); }, arms);
    }
    values take(select_base const& of) {
        return std::apply(
            [&](Arms&... arm) {
                // In braces: from left to right, so that of one task given twice the first place is filled.
                return values{arm.template take<Keep>(of.won(arm.id()))...};
            },
            arms);
    }
};

template <bool Keep, class Arm>
struct select_arms<Keep, std::vector<Arm>> {
    using values = std::vector<select_place<typename Arm::value, Keep>>;

    std::vector<Arm> arms;
    std::vector<task_state*> made{};
    std::vector<select_base::watch> watches{};

    void make_room() {
        if constexpr (Arm::makes != 0)
            made.resize(arms.size());
        else
            watches.resize(arms.size());
    }
    template <class F>
    void each(F&& f) {
        for (Arm& arm : arms) f(arm);
    }
    values take(select_base const& of) {
        values all;
        all.reserve(arms.size());
        for (Arm& arm : arms) all.push_back(arm.template take<Keep>(of.won(arm.id())));
        return all;
    }
};

[[noreturn]] ROTA_API void refuse_to_select_nothing();

template <bool Keep, class Arms>
class select_awaiter final : public select_base {
public:
    explicit select_awaiter(Arms&& arms) : of_{std::move(arms)} {}
    select_awaiter(select_awaiter&&) noexcept = default;
    ~select_awaiter() { release(); }

    bool await_ready() const noexcept { return false; }

    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        task_state& waiting = suspend_here(awaiting.promise(), line);
        bool any = false;
        of_.each([&](auto& arm) {
            any = true;
            if (arm.done()) done_already(arm.id());
        });
        if (!any) refuse_to_select_nothing();
        if (decided()) {
            discard_all();
            if (--hot.budget > 0) return false;
            wake(waiting);
            return true;
        }
        if (waiting.visible != 0) [[unlikely]] {
            discard_all();
            return waiting.raise_at_entry();
        }
        of_.make_room();
        begin(waiting, of_.made.data(), of_.watches.data());
        try {
            of_.each([&](auto& arm) { arm.begin(*this, line); });
        } catch (...) {
            fail_to_start();
            discard_all();
        }
        return wait();
    }

    auto await_resume() {
        check();
        std::size_t first = 0;
        std::size_t at = 0;
        std::exception_ptr error;
        bool found = false;
        of_.each([&](auto& arm) {
            if (!found && won(arm.id())) {
                found = true;
                first = at;
                if constexpr (!Keep) error = arm.error();
            }
            ++at;
        });
        if (error) std::rethrow_exception(std::move(error));
        return selected(first, of_.take(*this));
    }

private:
    void discard_all() noexcept {
        of_.each([](auto& arm) { arm.discard_unbegun(); });
    }

    select_arms<Keep, Arms> of_;
};

template <bool Keep, class... As>
auto select_arguments(As&&... each) {
    static_assert(sizeof...(As) > 0, "select of nothing would wait for ever");
    static_assert((!(is_coro<std::remove_cvref_t<As>> && std::is_lvalue_reference_v<As>) && ...),
                  "select of a named coroutine: write std::move(c), since select takes it over");
    using arms = std::tuple<decltype(select_arm(std::forward<As>(each)))...>;
    return select_awaiter<Keep, arms>(arms{select_arm(std::forward<As>(each))...});
}

template <bool Keep, class R>
auto select_range(R&& range) {
    using item = range_item<R>;
    static_assert(!is_coro<item> || gives_items<R> || std::ranges::view<std::remove_cvref_t<R>>,
                  "select of a named range of coroutines: write std::move(range), since select takes them over");
    constexpr bool moves = is_coro<item> || gives_items<R>;
    using given = std::conditional_t<moves, item&&, item const&>;
    std::vector<decltype(select_arm(std::declval<given>()))> arms;
    if constexpr (std::ranges::sized_range<R>) arms.reserve(std::ranges::size(range));
    for (auto&& each : range) arms.push_back(select_arm(static_cast<given>(each)));
    return select_awaiter<Keep, decltype(arms)>(std::move(arms));
}

}  // namespace detail

/// Waits for whichever comes first: an item, an event, bytes, a task, the end of a `sleep`. The others are withdrawn, and
/// nothing is lost by that: what had finished all the same, in the moment in which the first one did, is given as well.
///
///     auto got = co_await rota::select(orders.get(), closing.wait(), rota::sleep(50ms));
///     if (auto& order = got.get<0>()) serve(*order);
///     if (got.get<1>()) break;
///
/// So look into every place; `got.first` tells which was the first. The places are `std::optional`, with `std::monostate`
/// for void and `std::reference_wrapper` for a reference.
///
/// Coroutines and awaitables belong to it, as they do to `gather`: each runs in a task of its own, in the order in which
/// they stand, is cancelled when the first has finished, and awaited before this ends. Where several could finish at once
/// the one that stands before the others does, and they don't begin: nothing is taken from a second queue. Tasks and futures
/// are only watched: they are never cancelled, and one that is done already wins before anything is begun. With
/// `rota::return_exceptions` first each place holds a `rota::result`, and errors are results like any other.
///
/// Errors: that of the first to finish, once the others have ended; what those gave in that moment is dropped, which
/// `return_exceptions` prevents. An error of another one reaches the loop's exception handler, where it is not a task's that
/// is still to be asked. `usage_error` for an empty range.
/// Cancellation: reaches what it owns, and that is awaited; tasks and futures are left alone. What had finished when the
/// cancel came is delivered, and the cancel comes out of the next await.
/// asyncio: has nothing like it: `wait(FIRST_COMPLETED)` of tasks, with the rest to be cancelled and awaited by hand.
template <class... As>
    requires(detail::gatherable<As> && ...)
[[nodiscard]] auto select(As&&... awaitables) {
    return detail::select_arguments<false>(std::forward<As>(awaitables)...);
}
template <class... As>
    requires(detail::gatherable<As> && ...)
[[nodiscard]] auto select(return_exceptions_t, As&&... awaitables) {
    return detail::select_arguments<true>(std::forward<As>(awaitables)...);
}

/// The same of a range of coroutines (an rvalue, or a view such as `std::span` from which they are moved), tasks or
/// futures: `values` is a vector, in their order.
template <detail::gatherable_range R>
[[nodiscard]] auto select(R&& range) {
    return detail::select_range<false>(std::forward<R>(range));
}
template <detail::gatherable_range R>
[[nodiscard]] auto select(return_exceptions_t, R&& range) {
    return detail::select_range<true>(std::forward<R>(range));
}

}  // namespace rota::inline v0
