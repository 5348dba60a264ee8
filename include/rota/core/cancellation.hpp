#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>

#include <array>
#include <exception>

namespace rota::inline v0 {

/// Comes out of an await when the task was cancelled. It is final and no `std::exception`, so that a retry loop's
/// `catch (std::exception const&)` lets it pass; catch it by its own name, and let it go on (`throw;`) unless the cancel
/// is acknowledged with `uncancel`.
///
/// Cancellation is level-triggered: until a request is acknowledged, or the scope that made it is left, each further await
/// raises again, the first time at once and later by way of the ready queue, so that a loop that swallows it does not hang
/// the thread. An operation that had finished when the cancel came delivers its result, and the cancel comes out of the
/// next await: no byte, item, permit or lock is lost.
///
/// asyncio: `CancelledError`, which is delivered once, and discards a result that was already there.
class ROTA_API cancelled_error final {
public:
    char const* what() const noexcept { return "cancelled"; }
};

/// A deadline passed. Its text says the limit, where there was one: `timed out after 10 ms`.
///
/// asyncio: `TimeoutError`.
class ROTA_API timeout_error : public std::exception {
public:
    timeout_error() noexcept = default;
    explicit timeout_error(clock::duration limit) noexcept;
    char const* what() const noexcept override { return text_.data(); }

private:
    std::array<char, 48> text_{"timed out"};
};

namespace detail {

/// Whether `error` is a `cancelled_error`, without the half a microsecond that rethrowing it would cost.
ROTA_API bool is_cancelled(std::exception_ptr const& error) noexcept;

}  // namespace detail
}  // namespace rota::inline v0
