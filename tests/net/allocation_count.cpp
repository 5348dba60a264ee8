// By itself: GCC takes an inlined `free` for a mistake where it does not see the `malloc`.
#include "net/allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> taken{0};

}  // namespace

std::uint64_t general_allocations() noexcept { return taken.load(std::memory_order_relaxed); }

// Clang's TSan brings its own and lets nobody replace them: there the general allocator is neither counted nor made to fail.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OWN_OPERATOR_NEW 0
#endif
#endif
#ifndef OWN_OPERATOR_NEW
#define OWN_OPERATOR_NEW 1
#endif
#if OWN_OPERATOR_NEW
void* operator new(std::size_t size) {
    taken.fetch_add(1, std::memory_order_relaxed);
    if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
#endif
