#include "receive_blocks.hpp"

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

// Null until the thread's first use, and again once its destructors have run.
thread_local constinit std::array<shelf, sizes>* shelves = nullptr;

thread_local constinit std::size_t bytes_lent = 0;

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

struct owner_of_shelves {
    owner_of_shelves() noexcept { shelves = &own; }
    ~owner_of_shelves() {
        shelves = nullptr;
        for (auto& each : own) {
            while (auto* const block = each.first) {
                allow(block, sizeof *block);
                each.first = block->next;
                ::operator delete(block);
            }
        }
    }
    owner_of_shelves(owner_of_shelves const&) = delete;
    owner_of_shelves& operator=(owner_of_shelves const&) = delete;

    std::array<shelf, sizes> own{};
};

void put_up_shelves() noexcept { thread_local owner_of_shelves const here; }

shelf* shelf_of(std::size_t size) noexcept {
    if (shelves == nullptr) put_up_shelves();
    return shelves == nullptr
               ? nullptr
               : &(*shelves)[std::size_t{std::bit_width(size)} - std::bit_width(receive_blocks::smallest)];
}

}  // namespace

std::size_t receive_blocks::size_for(std::size_t bytes) noexcept { return std::bit_ceil(std::max(bytes, smallest)); }

void* receive_blocks::take(std::size_t size) noexcept {
    shelf* const from = shelf_of(size);
    void* block = nullptr;
    if (from != nullptr && from->first != nullptr) {
        from->kept -= size;
        block = from->first;
        allow(block, size);
        from->first = from->first->next;
    } else {
        // Not the one that does not throw: a program that counts or replaces allocations may have forgotten it.
        try {
            block = ::operator new(size);
        } catch (std::bad_alloc const&) {
            return nullptr;
        }
    }
    bytes_lent += size;
    return block;
}

void receive_blocks::give_back(void* block, std::size_t size) noexcept {
    bytes_lent -= size;
    shelf* const to = shelf_of(size);
    if (to == nullptr || to->kept + size > most_kept) return ::operator delete(block);
    to->kept += size;
    to->first = ::new (block) kept_block{to->first};
    forbid(block, size);
}

std::size_t receive_blocks::lent() noexcept { return bytes_lent; }

}  // namespace rota::inline v0::detail
