#include <rota/detail/promise.hpp>

#include "making.hpp"

#include <rota/base/error.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/debug.hpp>
#include <rota/detail/report.hpp>

#include <exception>
#include <string>
#include <utility>

namespace rota::inline v0::detail {
namespace {

thread_local constinit bool discarding = false;

}  // namespace

void destroy_unawaited(promise_base& root) noexcept {
    if (debug_mode() && !discarding) [[unlikely]] {
        try {
            report_debug("a coroutine was never awaited: " + std::string(root.line.function_name()) + ", " +
                         describe_line(root.line) + "; co_await it, or give it to create_task" +
                         describe_making(root.frame().address()));
        } catch (std::exception const&) {
            report_debug({});
        }
    }
    root.frame().destroy();
}

std::exception_ptr to_throw(std::exception_ptr&& error) noexcept { return std::move(error); }
std::exception_ptr to_throw(std::exception_ptr const& error) noexcept { return error; }

void throw_without_value(promise_base const& ended) {
    std::string text = "a coroutine ended without a co_return of its value: ";
    // The root of a task that has awaited nothing knows only where that was made.
    std::source_location const& created = ended.task->created;
    if (ended.parent != nullptr || ended.line.line() != created.line() || ended.line.column() != created.column())
        text.append(ended.line.function_name()).append(", behind ").append(describe_line(ended.line));
    else
        text.append("that of ").append(describe_name(*ended.task));
    throw usage_error(text);
}

void destroy_unbegun(promise_base& root) noexcept {
    bool const before = std::exchange(discarding, true);
    root.frame().destroy();
    discarding = before;
}

}  // namespace rota::inline v0::detail
