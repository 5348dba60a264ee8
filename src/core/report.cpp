#include <rota/detail/report.hpp>

#include "type_name.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/task_state.hpp>

#include <cstdio>
#include <vector>

namespace rota::inline v0::detail {

std::string describe(std::exception_ptr const& error) {
    if (!error) return "no error";
    std::string text = readable_name(*error.__cxa_exception_type());
    try {
        std::rethrow_exception(error);
    } catch (system_error const& known) {
        text.append(": ").append(known.what());
        if (!known.stack().empty()) text.append("\n  thrown in a task with its awaits at\n").append(known.stack());
        if (text.back() == '\n') text.pop_back();
    } catch (std::exception const& known) {
        text.append(": ").append(known.what());
    } catch (...) {}
    return text;
}

std::string describe_name(task_state const& task) {
    return task.name != nullptr ? std::string(task.name) : "Task-" + std::to_string(task.id);
}

std::string describe_line(std::source_location const& line) {
    return std::string(line.file_name()).append(":").append(std::to_string(line.line()));
}

std::string describe_chain(task_state const& task, char const* indent) {
    std::vector<promise_base const*> chain;
    if (!task.done())
        for (promise_base const* frame = task.innermost; frame != nullptr; frame = frame->parent)
            chain.push_back(frame);
    std::string text;
    for (auto frame = chain.rbegin(); frame != chain.rend(); ++frame) {
        auto const& line = (*frame)->line;
        if (line.line() == 0) continue;
        text.append(indent).append(describe_line(line)).append("\n");
    }
    if (task.parked != nullptr) text.append(indent).append("waits for ").append(task.parked->waits_for()).append("\n");
    return text;
}

void report_debug(std::string text) noexcept {
    try {
        exception_context told("debug: " + std::move(text), nullptr);
        if (hot.running == nullptr) return loop::default_exception_handler(told);
        running_loop().call_soon([told] { running_loop().call_exception_handler(told); });
    } catch (...) {
        std::fputs("rota debug: something to tell, and no memory for it\n", stderr);
    }
}

void report_orphan(task_state const& task) noexcept {
    try {
        std::fprintf(stderr, "rota: %s ended with an error that nobody awaited: %s\n", describe_name(task).c_str(),
                     describe(task.error).c_str());
    } catch (...) {
        std::fputs("rota: a task ended with an error that nobody awaited\n", stderr);
    }
}

}  // namespace rota::inline v0::detail
