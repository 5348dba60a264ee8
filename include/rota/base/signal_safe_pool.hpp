#pragma once

#include <rota/base/export.hpp>

#include <cstddef>

namespace rota::inline v0::detail {

/// Memory for what is handed to a loop from outside: by any thread, and by signal handlers, which may have interrupted any
/// allocator. Without locks; what was taken is given back to the pool from whatever thread, and never to the system.
class ROTA_API signal_safe_pool {
public:
    /// Aligned to 16. Throws `std::bad_alloc`.
    static void* allocate(std::size_t size);
    static void release(void* block) noexcept;

    /// How many blocks there are.
    static std::size_t capacity() noexcept;

    /// For tests: while true, all allocations fail.
    static void fail_allocations(bool fail) noexcept;

    /// What is larger is mapped by itself.
    static constexpr std::size_t largest_pooled = 112;
};

}  // namespace rota::inline v0::detail
