// The sanitizers see what the program writes, not what the kernel writes on its behalf.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define ROTA_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ROTA_ADDRESS_SANITIZER 1
#endif
#if __has_feature(memory_sanitizer)
#define ROTA_MEMORY_SANITIZER 1
#endif
#endif

#if defined(ROTA_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>

#include <cstdio>
#include <cstdlib>
#elif defined(ROTA_MEMORY_SANITIZER)
#include <sanitizer/msan_interface.h>
#endif

namespace rota::inline v0::detail {

/// The kernel has written `bytes` to `buffer`, for an operation that is about to be delivered.
inline void kernel_wrote([[maybe_unused]] void const* buffer, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(ROTA_ADDRESS_SANITIZER)
    // The interface takes a pointer to what it does not change.
    void* const begin = const_cast<void*>(buffer);
    if (void* const bad = __asan_region_is_poisoned(begin, bytes)) {
        std::fprintf(
            stderr,
            "rota: io_uring received %zu bytes into %p, of which %p was freed or is out of bounds: a buffer must "
            "live until its operation has completed\n",
            bytes, begin, bad);
        std::abort();
    }
#elif defined(ROTA_MEMORY_SANITIZER)
    __msan_unpoison(buffer, bytes);
#endif
}

}  // namespace rota::inline v0::detail
