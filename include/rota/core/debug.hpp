#pragma once

#include <rota/base/export.hpp>

namespace rota::inline v0 {

/// Whether the checks that cost something are on: use of a loop from a thread that is not its own. `ROTA_DEBUG=1` in the
/// environment turns them on in any build.
///
/// asyncio: debug mode, `PYTHONASYNCIODEBUG=1`.
ROTA_API bool debug_mode() noexcept;

/// Turns it on or off for the whole program, whatever the environment says. Call it before a loop runs.
///
/// asyncio: `loop.set_debug`, for one loop.
ROTA_API void set_debug_mode(bool on) noexcept;

}  // namespace rota::inline v0
