#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/future.hpp>
#include <rota/core/result.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/awaiter.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/detail/task_state.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rota::inline v0::detail {

/// How a T stands in a tuple or vector.
template <class T>
using gathered = std::conditional_t<
    std::is_void_v<T>, std::monostate,
    std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>, T>>;

enum class taking : std::uint8_t { move, copy, move_if_last };

template <class T, taking How>
gathered<T> take_value(task_state& child) {
    if constexpr (std::is_void_v<T>)
        return {};
    else if constexpr (std::is_reference_v<T>)
        return value_of<T>(child);
    else if constexpr (How == taking::copy)
        return std::as_const(value_of<T>(child));
    else {
        if (How == taking::move || child.references == 1) return std::move(value_of<T>(child));
        if constexpr (std::is_copy_constructible_v<T>)
            return value_of<T>(child);
        else
            throw_invalid_state("gather: a task's result can not be copied, and there are other handles to it");
    }
}

template <class T, taking How, bool Keep>
auto take_outcome(task_state& child) {
    if constexpr (!Keep) {
        return take_value<T, How>(child);
    } else {
        if (child.error) {
            child.set(task_error_seen);
            return result<T>(child.error);
        }
        if constexpr (std::is_reference_v<T>)
            return result<T>(std::in_place, &value_of<T>(child));
        else
            return result<T>(std::in_place, take_value<T, How>(child));
    }
}

struct untyped_task : any_task {
    using value_type = void;
    explicit untyped_task(any_task t) noexcept : any_task(std::move(t)) {}
};

template <class A>
inline constexpr bool is_coro = false;
template <class T>
inline constexpr bool is_coro<coro<T>> = true;
template <class A>
inline constexpr bool is_task = std::derived_from<A, any_task>;
template <class A>
inline constexpr bool is_future = false;
template <class T>
inline constexpr bool is_future<future<T>> = true;

template <class R>
using range_item = std::ranges::range_value_t<R>;

template <class R>
concept gatherable_range = std::ranges::input_range<R> && !awaitable<R&&> &&
                           (is_coro<range_item<R>> || is_task<range_item<R>> || is_future<range_item<R>>);

/// Whether the items of `range` may be moved from: those of an rvalue that owns them.
template <class R>
inline constexpr bool gives_items = !std::is_lvalue_reference_v<R> && !std::ranges::view<std::remove_cvref_t<R>>;

template <class Item, class R>
std::vector<Item> items_of(R&& range) {
    if constexpr (std::same_as<R, std::vector<Item>>) {
        return std::forward<R>(range);
    } else {
        std::vector<Item> items;
        if constexpr (std::ranges::sized_range<R>) items.reserve(std::ranges::size(range));
        for (auto&& item : range) {
            if constexpr (gives_items<R> || is_coro<range_item<R>>)
                items.emplace_back(std::move(item));
            else
                items.emplace_back(item);
        }
        return items;
    }
}

}  // namespace rota::inline v0::detail
