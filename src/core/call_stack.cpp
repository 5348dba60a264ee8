#include <rota/core/call_stack.hpp>

#include <algorithm>

namespace rota::inline v0 {
namespace {

// From the awaits of `innermost` and of those around it.
std::vector<std::source_location> lines_from(detail::promise_base const* innermost) {
    std::vector<std::source_location> lines;
    for (auto const* frame = innermost; frame != nullptr; frame = frame->parent)
        if (frame->line.line() != 0) lines.push_back(frame->line);
    std::reverse(lines.begin(), lines.end());
    return lines;
}

}  // namespace

std::vector<std::source_location> call_stack(any_task const& of) {
    detail::task_state const& task = of.state();
    return task.done() ? std::vector<std::source_location>() : lines_from(task.innermost);
}

std::vector<std::source_location> current_stack(std::source_location here) {
    std::vector<std::source_location> lines;
    // The line that the running frame has noted is its last await, not where it is.
    if (auto const* task = detail::hot.current; task != nullptr) lines = lines_from(task->innermost->parent);
    lines.push_back(here);
    return lines;
}

std::string to_string(std::vector<std::source_location> const& stack) {
    std::string text;
    for (auto const& line : stack)
        text.append(line.file_name()).append(":").append(std::to_string(line.line())).append("\n");
    return text;
}

}  // namespace rota::inline v0
