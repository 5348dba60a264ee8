#pragma once

#include <rota/base/export.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <system_error>

namespace rota::inline v0 {

/// An operation that the system refused: what was tried, on which object or peer, and the system's reason, as in
/// `connect 127.0.0.1:81: Connection refused`. `code()` compares with `std::errc`.
///
/// asyncio: `OSError` and its subclasses; instead of `except ConnectionRefusedError` compare the code.
class ROTA_API system_error : public std::system_error {
public:
    /// `error` is a positive errno.
    system_error(int error, std::string operation, std::string object = {});

    std::string const& operation() const noexcept { return operation_; }
    std::string const& object() const noexcept { return object_; }
    /// In debug mode the awaits of the task it was thrown in, `FILE:LINE` each, one below the other and the outermost first;
    /// else empty. What the exception handler says of an error that nobody caught has it, too.
    std::string const& stack() const noexcept { return stack_; }

private:
    std::string operation_;
    std::string object_;
    std::string stack_;
};

/// The library was used in a way that can not be right: awaiting twice, `run` inside a loop, releasing a free lock.
///
/// asyncio: where it raises `RuntimeError` or `ValueError`.
class ROTA_API usage_error : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {

/// Gives what is to be `system_error::stack`. Null: nothing does.
ROTA_API extern std::atomic<std::string (*)()> stack_source;

/// Out of line, so that what throws stays small where it is inlined.
[[noreturn]] ROTA_API void throw_usage_error(char const* what);
[[noreturn]] ROTA_API void throw_system_error(int error, char const* operation, std::string object = {});

}  // namespace detail
}  // namespace rota::inline v0
