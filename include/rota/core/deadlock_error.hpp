#pragma once

#include <rota/base/export.hpp>

#include <stdexcept>
#include <string>

namespace rota::inline v0 {

/// In simulation: every task waits for something that can never come. Names each task, the lines of its awaits and what it
/// waits for. A real loop can not know: another thread may still call.
///
/// asyncio: has nothing like it, such a program hangs.
class ROTA_API deadlock_error : public std::runtime_error {
public:
    explicit deadlock_error(std::string const& tasks)
        : std::runtime_error("deadlock: nothing can happen any more, and these tasks wait:\n" + tasks) {}
};

}  // namespace rota::inline v0
