#pragma once

#include <rota/core/callback_handle.hpp>
#include <rota/core/task.hpp>

#include <exception>
#include <source_location>
#include <string>
#include <utility>

namespace rota::inline v0 {

/// What went wrong where nobody could be told directly: what the loop's exception handler is given.
///
/// asyncio: the `context` dictionary. A future whose error nobody asked for is gone when that is known, and not in it.
struct exception_context {
    exception_context(std::string text, std::exception_ptr error)
        : message(std::move(text)), exception(std::move(error)) {}
    exception_context(std::string text, std::exception_ptr error, any_task whose)
        : message(std::move(text)), exception(std::move(error)), task(std::move(whose)) {
        if (task) line = task.state().created;
    }

    /// What happened, in a sentence, with the task's name and, where it is known, the line it was made at or waits at.
    std::string message;
    /// The error; null where there is none.
    std::exception_ptr exception;
    /// The task it is about, or empty.
    any_task task;
    /// The callback that threw, or empty.
    callback_handle handle;
    /// Where the task was made; its `line()` is 0 where that is not known.
    std::source_location line{};
};

}  // namespace rota::inline v0
