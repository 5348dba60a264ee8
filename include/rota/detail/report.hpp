#pragma once

#include <rota/base/export.hpp>

#include <exception>
#include <source_location>
#include <string>

namespace rota::inline v0::detail {

struct task_state;

/// `type: what` of an error, as people read it.
ROTA_API std::string describe(std::exception_ptr const& error);
/// `FILE:LINE`.
ROTA_API std::string describe_line(std::source_location const& line);
/// `Task-3` or its name.
ROTA_API std::string describe_name(task_state const& task);
/// The task's chain of awaits, a line each, innermost last.
ROTA_API std::string describe_chain(task_state const& task, char const* indent);
/// Tells the handler of the loop that runs here, by way of that loop, or standard error where none runs. From destructors
/// too.
ROTA_API void report_debug(std::string text) noexcept;
/// Tells standard error of the unseen error of a task whose loop has gone.
void report_orphan(task_state const& task) noexcept;

}  // namespace rota::inline v0::detail
