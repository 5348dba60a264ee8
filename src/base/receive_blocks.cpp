#include "receive_blocks.hpp"

#include <rota/base/export.hpp>
#include <rota/base/frame_pool.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

#if defined(ROTA_POOL_BYPASSED)
#include <sanitizer/asan_interface.h>
#endif

namespace rota::inline v0::detail {
namespace {

struct kept_block {
    kept_block* next;
};

struct shelf {
    kept_block* first = nullptr;
    std::size_t kept = 0;  // bytes
};

constexpr std::size_t sizes =
    std::size_t{std::bit_width(receive_blocks::largest)} - std::bit_width(receive_blocks::smallest) + 1;

struct shelves {
    std::array<shelf, sizes> each{};
    std::size_t lent = 0;  // bytes
    bool closed = true;    // before the thread's first use, and once its destructors have run
};

thread_local constinit shelves here ROTA_HOT_TLS{};

void forbid([[maybe_unused]] void* block, [[maybe_unused]] std::size_t size) noexcept {
#if defined(ROTA_POOL_BYPASSED)
    __asan_poison_memory_region(block, size);
#endif
}
void allow([[maybe_unused]] void* block, [[maybe_unused]] std::size_t size) noexcept {
#if defined(ROTA_POOL_BYPASSED)
    __asan_unpoison_memory_region(block, size);
#endif
}

struct opening {
    opening() noexcept { here.closed = false; }
    ~opening() {
        here.closed = true;
        for (auto& from : here.each) {
            while (auto* const block = from.first) {
                allow(block, sizeof *block);
                from.first = block->next;
                ::operator delete(block);
            }
            from.kept = 0;
        }
    }
    opening(opening const&) = delete;
    opening& operator=(opening const&) = delete;
};

// Nothing where the thread is ending.
void open_shelves() noexcept { thread_local opening const until_the_thread_ends; }

shelf& shelf_of(std::size_t size) noexcept {
    return here.each[std::size_t{std::bit_width(size)} - std::bit_width(receive_blocks::smallest)];
}

}  // namespace

std::size_t receive_blocks::size_for(std::size_t bytes) noexcept { return std::bit_ceil(std::max(bytes, smallest)); }

void* receive_blocks::take(std::size_t size) noexcept {
    shelf& from = shelf_of(size);
    auto* block = from.first;
    if (block != nullptr) [[likely]] {
        allow(block, size);
        from.first = block->next;
        from.kept -= size;
        here.lent += size;
        return block;
    }
    // Not the one that does not throw: a program that counts or replaces allocations may have forgotten it.
    try {
        void* const made = ::operator new(size);
        here.lent += size;
        return made;
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}

void receive_blocks::give_back(void* block, std::size_t size) noexcept {
    here.lent -= size;
    if (here.closed) [[unlikely]]
        open_shelves();
    shelf& to = shelf_of(size);
    if (here.closed || to.kept + size > most_kept) return ::operator delete(block);
    to.kept += size;
    to.first = ::new (block) kept_block{to.first};
    forbid(block, size);
}

std::size_t receive_blocks::lent() noexcept { return here.lent; }

}  // namespace rota::inline v0::detail
