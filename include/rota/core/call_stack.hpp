#pragma once

#include <rota/base/export.hpp>
#include <rota/core/task.hpp>

#include <source_location>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// Where a task is: the line of each await of its chain, the outermost first. Of a task that has not had its first turn
/// the line that made it, where that is known; of one that is done nothing.
///
/// asyncio: `Task.get_stack`. Who awaits the task says `capture_call_graph`.
ROTA_API std::vector<std::source_location> call_stack(any_task const& of);

/// The same of the task that runs, ending with the line of this call: the stack that a debugger can not show, because the
/// callers of a coroutine are not on the machine's stack. Outside a task only that line.
///
/// asyncio: `capture_call_graph()`.
ROTA_API std::vector<std::source_location> current_stack(std::source_location here = std::source_location::current());

/// `FILE:LINE` of each, one below the other.
///
/// asyncio: `format_call_graph`.
ROTA_API std::string to_string(std::vector<std::source_location> const& stack);

}  // namespace rota::inline v0
