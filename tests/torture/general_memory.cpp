// The general allocator of this test program, whose allocations can be made to fail.
#include "torture_kit.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local constinit std::uint64_t asked_for = 0;
thread_local constinit std::uint64_t failing = 0;
thread_local constinit std::uint64_t exhausted_from = 0;

[[maybe_unused]] void* take(std::size_t size, std::size_t alignment = 0) noexcept {
    if (++asked_for == failing || (exhausted_from != 0 && asked_for >= exhausted_from)) return nullptr;
    size = std::max<std::size_t>(size, 1);
    if (alignment == 0) return std::malloc(size);
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

[[maybe_unused]] void* or_throw(void* block) {
    if (block == nullptr) throw std::bad_alloc();
    return block;
}

}  // namespace

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
void* operator new(std::size_t size) { return or_throw(take(size)); }
void* operator new[](std::size_t size) { return or_throw(take(size)); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return take(size); }
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept { return take(size); }
void* operator new(std::size_t size, std::align_val_t to) { return or_throw(take(size, static_cast<std::size_t>(to))); }
void* operator new[](std::size_t size, std::align_val_t to) {
    return or_throw(take(size, static_cast<std::size_t>(to)));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::nothrow_t const&) noexcept { std::free(block); }
void operator delete[](void* block, std::nothrow_t const&) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
#endif

namespace torture_kit {

namespace {

std::uint64_t taken() noexcept { return asked_for; }
thread_local constinit bool stays_short = false;

void fail_one(std::uint64_t n) {
    failing = n == 0 ? 0 : asked_for + n;
    stays_short = false;
}
void fail_all_from(std::uint64_t n) {
    exhausted_from = n == 0 ? 0 : asked_for + n;
    stays_short = true;
}

}  // namespace

bool memory_stays_short() noexcept { return stays_short; }

bool const general_memory_can_fail = OWN_OPERATOR_NEW != 0;
rota::testing::memory_source const general_memory{&fail_one, &taken};
rota::testing::memory_source const exhausted_memory{&fail_all_from, &taken};

}  // namespace torture_kit
