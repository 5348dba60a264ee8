// Has memory brought into the processor's cache before it is looked at.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rota::inline v0::detail {

/// So many lines from this one on. They may be anything, and need not be there: nothing is read by the program.
[[gnu::always_inline]] inline void fetch_ahead(void const* from, int lines) noexcept {
    auto const at = reinterpret_cast<std::uintptr_t>(from);
    for (int line = 0; line != lines; ++line)
        __builtin_prefetch(reinterpret_cast<void const*>(at + static_cast<std::uintptr_t>(line) * 64));
}

/// Also lines before it: of an operation, since its owner, a coroutine's frame or a stream, is around it.
[[gnu::always_inline]] inline void fetch_around(void const* at) noexcept {
    fetch_ahead(reinterpret_cast<void const*>(reinterpret_cast<std::uintptr_t>(at) - 128), 6);
}

}  // namespace rota::inline v0::detail
