#pragma once

#include <rota/base/export.hpp>

#include <stdexcept>

namespace rota::inline v0 {

/// A task or future was asked for what it can not give in its present state: a result before it is done, a second result.
///
/// asyncio: `InvalidStateError`.
class ROTA_API invalid_state_error : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {

[[noreturn]] ROTA_API void throw_invalid_state(char const* what);

}  // namespace detail
}  // namespace rota::inline v0
