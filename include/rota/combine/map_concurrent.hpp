#pragma once

#include <rota/combine/gather.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/result.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/bounded_tasks.hpp>
#include <rota/detail/gathered.hpp>
#include <rota/detail/kept_argument.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace detail {

/// What gives its items one by one to who awaits `next()`: each in something like an optional, the last time an empty one.
template <class S>
concept item_source = requires(std::remove_reference_t<S>& source) {
    requires awaitable<decltype(source.next())>;
    requires requires(await_result<decltype(source.next())>& item) {
        static_cast<bool>(item);
        *item;
    };
};

/// It is owned, and is to be closed before its owner ends.
template <class S>
concept closable_source =
    !std::is_reference_v<S> && requires(S& source) { requires awaitable<decltype(source.aclose())>; };

/// Items of a range. `Moves`: it is owned, and its items may be moved from.
template <class View, bool Moves>
class ranged_items {
    using reference = std::ranges::range_reference_t<View>;

public:
    // Where an item stays where it is until all is over, it need not be kept for the one that it is given to.
    static constexpr bool stay = std::ranges::forward_range<View> && std::is_lvalue_reference_v<reference>;
    using item = std::conditional_t<stay, std::conditional_t<Moves, std::remove_reference_t<reference>&&, reference>,
                                    std::ranges::range_value_t<View>>;

    explicit ranged_items(View&& view) : view_(std::move(view)) {}

    /// It does not move any more.
    void begin() { at_.emplace(std::ranges::begin(view_)); }
    bool at_end() { return *at_ == std::ranges::end(view_); }
    item get() { return static_cast<item>(**at_); }
    void advance() { ++*at_; }

private:
    View view_;
    std::optional<std::ranges::iterator_t<View>> at_;
};

// A coroutine's result as it is, a reference too; of anything else a copy.
template <class A>
struct called_value {
    using type = std::remove_cvref_t<await_result<A>>;
};
template <class T>
struct called_value<coro<T>> {
    using type = T;
};

template <class F, class Item, class... Args>
struct item_call {
    // It is given away where the function takes it so.
    using passed =
        std::conditional_t<std::is_invocable_v<F&, Item&&, Args&...>, Item&&, std::remove_reference_t<Item>&>;
    using awaited = std::invoke_result_t<F&, passed, Args&...>;
    using value = typename called_value<awaited>::type;

    /// Whether the call may be made outside a coroutine that keeps what it is given, or what that is converted to.
    static constexpr bool direct =
        std::is_reference_v<Item> && is_coro<awaited> && std::same_as<kept_for<F, 0, Item>, std::decay_t<Item>>;

    static coro<value> kept(F& fn, Item item, Args&... args) {
        if constexpr (std::is_member_pointer_v<F>)
            co_return co_await std::invoke(fn, static_cast<passed>(item), args...);
        else
            co_return co_await fn(static_cast<passed>(item), args...);
    }
    static coro<value> make(F& fn, Item&& item, Args&... args) {
        if constexpr (direct)
            return std::invoke(fn, static_cast<passed>(item), args...);
        else
            return kept(fn, static_cast<Item&&>(item), args...);
    }
};

/// Takes the results as the tasks end, each into its place.
template <class T, bool Keep>
class mapped_tasks final : public bounded_tasks {
    using stored = std::conditional_t<Keep, result<T>, gathered<T>>;

public:
    explicit mapped_tasks(std::size_t limit) : bounded_tasks(limit, Keep) {}

    void start(coro<T>&& c) {
        values_.emplace_back();
        bounded_tasks::start(std::move(c));
    }
    std::vector<stored> results() {
        check();
        std::vector<stored> all;
        all.reserve(started());
        for (auto& each : values_) all.push_back(*std::move(each));
        return all;
    }

private:
    void take(task_state& child, std::size_t index) override {
        values_[index].emplace(take_outcome<T, taking::move, Keep>(child));
    }

    std::vector<std::optional<stored>> values_;
};

class ROTA_API each_of_tasks final : public bounded_tasks {
public:
    explicit each_of_tasks(std::size_t limit) : bounded_tasks(limit, false) {}
    void results() { check(); }

private:
    void take(task_state&, std::size_t) override {}
};

// What becomes of the results: who takes them, and what comes out.
template <bool Keep>
struct map_results {
    template <class T>
    using of = mapped_tasks<T, Keep>;
    template <class T>
    using type = decltype(std::declval<mapped_tasks<T, Keep>&>().results());
};
struct no_results {
    template <class T>
    using of = each_of_tasks;
    template <class T>
    using type = void;
};

template <class Results, class Items, class Call, class F, class... Args>
coro<typename Results::template type<typename Call::value>> run_over_range(Items items, std::size_t limit, F fn,
                                                                           Args... args) {
    typename Results::template of<typename Call::value> tasks(limit);
    try {
        items.begin();
        for (;;) {
            co_await tasks.room();
            if (tasks.stopped() || items.at_end()) break;
            tasks.start(Call::make(fn, items.get(), args...));
            items.advance();
        }
    } catch (...) {
        tasks.fail();
    }
    co_await tasks.all_ended();
    co_return tasks.results();
}

template <class Results, class Source, class Call, class F, class... Args>
coro<typename Results::template type<typename Call::value>> run_over_source(Source source, std::size_t limit, F fn,
                                                                            Args... args) {
    typename Results::template of<typename Call::value> tasks(limit);
    tasks.keep_items();
    try {
        for (;;) {
            co_await tasks.room();
            if (tasks.stopped()) break;
            tasks.begin_wait_for_item();
            auto item = co_await source.next();
            tasks.end_wait_for_item();
            if (!static_cast<bool>(item)) break;
            // Also where it has come together with a failure: nobody else has it.
            tasks.start(Call::make(fn, *std::move(item), args...));
        }
    } catch (...) {
        tasks.fail();
    }
    co_await tasks.all_ended();
    if constexpr (closable_source<Source>) {
        try {
            co_await with_shield(source.aclose());
        } catch (...) {
            tasks.fail();
        }
    }
    co_return tasks.results();
}

template <class Results, class F, class Indices, class... Args>
struct concurrent_call;

template <class Results, class F, std::size_t... I, class... Args>
struct concurrent_call<Results, F, std::index_sequence<I...>, Args...> {
    template <class S>
    static auto make(S&& source, std::size_t limit, F fn, Args... args) {
        if constexpr (item_source<S>) {
            // A named one stays with the caller.
            using kept = std::conditional_t<std::is_lvalue_reference_v<S>, S, std::remove_cvref_t<S>>;
            using item = std::remove_cvref_t<decltype(*std::declval<await_result<decltype(source.next())>&>())>;
            using call = item_call<F, item, kept_for<F, I + 1, Args>...>;
            return run_over_source<Results, kept, call, F, kept_for<F, I + 1, Args>...>(
                std::forward<S>(source), limit, std::move(fn), std::move(args)...);
        } else {
            static_assert(std::ranges::input_range<S>,
                          "the items come of a range, or of something with an awaitable next()");
            using items = ranged_items<std::views::all_t<S>, gives_items<S>>;
            using call = item_call<F, typename items::item, kept_for<F, I + 1, Args>...>;
            return run_over_range<Results, items, call, F, kept_for<F, I + 1, Args>...>(
                items(std::views::all(std::forward<S>(source))), limit, std::move(fn), std::move(args)...);
        }
    }
};

template <class Results, class S, class F, class... Args>
auto call_concurrent(S&& source, std::size_t limit, F&& fn, Args&&... args) {
    return concurrent_call<Results, std::decay_t<F>, std::index_sequence_for<Args...>, std::decay_t<Args>...>::make(
        std::forward<S>(source), limit, std::forward<F>(fn), std::forward<Args>(args)...);
}

}  // namespace detail

/// Calls `fn(item, args...)` for each item of a range and awaits what it gives, at most `limit` of them at once, each in a
/// task of its own. Gives a vector of the results in the order of the items. An item is taken from the range when there is
/// room for it: a range may be lazy, or of a million. With `rota::return_exceptions` first each place holds a
/// `rota::result`, and errors are results like any other.
///
///     auto pages = co_await rota::map_concurrent(urls, 20, fetch);
///
/// The range is named, and then must live until the await ends, or given away; or it is something whose `next()` is to be
/// awaited, until what that gives is empty. Such a source that is given away and has an `aclose()`, as a generator has, is
/// closed before the await ends, however it ends; a named one stays open. `fn` and `args` are copied once and given to each call as lvalues; copies,
/// arguments and items live until all is over.
///
/// Errors: the first one, of `fn`, of the range or of its closing; the rest is cancelled and awaited before. `usage_error`
/// for a limit of 0.
/// Cancellation: each request is passed on to all that run; no more are begun, and all are awaited. The closing is shielded.
/// Then as `gather`. No item that `next()` has given is lost, here or by an error: `fn` is begun with it, and is cancelled in
/// its first await, behind which it can be put back.
/// asyncio: a semaphore round each coroutine of a `gather`, which makes all of them at once. Elsewhere: `p-map`, aiostream's
/// `map(task_limit=)`, folly's `collectAllWindowed`, `buffered` of Rust's streams.
template <class R, class F, class... Args>
    requires(!std::same_as<std::remove_cvref_t<R>, return_exceptions_t>)
[[nodiscard]] auto map_concurrent(R&& items, std::size_t limit, F&& fn, Args&&... args) {
    return detail::call_concurrent<detail::map_results<false>>(std::forward<R>(items), limit, std::forward<F>(fn),
                                                               std::forward<Args>(args)...);
}
template <class R, class F, class... Args>
[[nodiscard]] auto map_concurrent(return_exceptions_t, R&& items, std::size_t limit, F&& fn, Args&&... args) {
    return detail::call_concurrent<detail::map_results<true>>(std::forward<R>(items), limit, std::forward<F>(fn),
                                                              std::forward<Args>(args)...);
}

/// The same without results: what `fn` gives is dropped, and nothing is kept of what has ended.
///
///     co_await rota::for_each_concurrent(pages, 8, store, std::ref(kept));
///
/// Errors: as `map_concurrent`.
/// Cancellation: as `map_concurrent`.
/// asyncio: has nothing like it. Elsewhere: `for_each_concurrent` of Rust's streams, Seastar's `max_concurrent_for_each`.
template <class R, class F, class... Args>
[[nodiscard]] auto for_each_concurrent(R&& items, std::size_t limit, F&& fn, Args&&... args) {
    return detail::call_concurrent<detail::no_results>(std::forward<R>(items), limit, std::forward<F>(fn),
                                                       std::forward<Args>(args)...);
}

}  // namespace rota::inline v0
