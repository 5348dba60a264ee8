#pragma once

#include <rota/core/task.hpp>

#include <concepts>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

template <class T>
concept task_type = std::derived_from<std::remove_cvref_t<T>, any_task>;

/// A range of tasks.
template <class R>
concept task_range = std::ranges::input_range<R> && task_type<std::ranges::range_value_t<R>>;

/// `any_task` unless all are of one type.
template <class First, class... Rest>
using common_task = std::conditional_t<(std::same_as<First, Rest> && ...), First, any_task>;

template <class Task, class R>
std::vector<Task> tasks_of(R&& range) {
    if constexpr (std::same_as<R, std::vector<Task>>) {
        return std::forward<R>(range);
    } else {
        std::vector<Task> tasks;
        if constexpr (std::ranges::sized_range<R>) tasks.reserve(std::ranges::size(range));
        for (auto const& each : range) tasks.push_back(each);
        return tasks;
    }
}

template <class First, class... Rest>
std::vector<common_task<First, Rest...>> tasks_of_each(First const& first, Rest const&... rest) {
    std::vector<common_task<First, Rest...>> tasks;
    tasks.reserve(1 + sizeof...(rest));
    tasks.push_back(first);
    (tasks.push_back(rest), ...);
    return tasks;
}

}  // namespace rota::inline v0::detail
