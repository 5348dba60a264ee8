#pragma once

#include <rota/base/export.hpp>
#include <rota/core/future.hpp>
#include <rota/core/task.hpp>

#include <cstdio>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// Who awaits whom: a task or future, where it is, and the tasks that wait for it, by `co_await`, `gather`, `wait`,
/// `as_completed`, `select`, `shield` or a group, each with those that wait for that one.
///
/// asyncio: `FutureCallGraph`.
struct call_graph {
    /// The task; empty for a future, which has no name.
    any_task task;
    /// The line of each await of its chain, the innermost first.
    std::vector<std::source_location> call_stack;
    /// What its innermost await waits for, such as `sleep`; empty for a future, and for a task that runs or will run.
    std::string waits_for;
    /// In the order in which they were made.
    std::vector<call_graph> awaited_by;
    /// It stands elsewhere in the graph with those that wait for it.
    bool repeated = false;
};

/// The graph of the task that runs, ending with the line of this call; nothing outside tasks. What it costs is a walk over
/// all tasks of the loop: nothing is kept for it.
///
/// asyncio: `capture_call_graph`.
ROTA_API std::optional<call_graph> capture_call_graph(std::source_location here = std::source_location::current());
/// The same of any task of this thread.
ROTA_API call_graph capture_call_graph(any_task const& of);

namespace detail {

ROTA_API call_graph capture_awaiters(void const* future);

}  // namespace detail

/// The same of a future.
template <class T>
call_graph capture_call_graph(future<T> const& of) {
    return detail::capture_awaiters(of.identity());
}

/// The graph as people read it, `FILE:LINE` for each await.
///
/// asyncio: `format_call_graph`.
ROTA_API std::string format_call_graph(call_graph const& graph);

/// Writes the graph of the task that runs, or of another one, to `to`; outside tasks nothing.
///
/// asyncio: `print_call_graph`.
ROTA_API void print_call_graph(std::FILE* to = stdout, std::source_location here = std::source_location::current());
ROTA_API void print_call_graph(any_task const& of, std::FILE* to = stdout);

}  // namespace rota::inline v0
