#pragma once

#include <rota/base/export.hpp>
#include <rota/base/frame_pool.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rota::inline v0::detail {

/// Blocks of one size each, cut from aligned slabs that are never freed, so that whoever walks the slabs finds every
/// block there is: the registry of tasks is this walk, and costs a task nothing.
///
/// A block's second word tells whether it is in use: its owner writes it (`slab_block::in_use`) and the store clears it.
struct slab_block {
    slab_block* next = nullptr;
    std::uint8_t in_use = 0;
};

#if defined(ROTA_POOL_BYPASSED)
/// Named for who reads it as an undefined reference: a program under ASan takes its frames from elsewhere than a library
/// without, and the two must not be mixed.
ROTA_API void asan_needs_a_rota_configured_with_ROTA_SANITIZE_address(void* block, std::size_t size) noexcept;
#endif

/// Where the blocks come from: lists by size, one store a thread; never given back to the system.
class slab_store {
public:
    /// A block of at least `size` bytes, aligned to 16 where `size` is a multiple of 16, else to 8. Its `in_use` is 0.
    static void* allocate(std::size_t size) {
        if (void* const block = allocate_at_hand(size); block != nullptr) [[likely]]
            return block;
        return allocate_slowly(size);
    }
    /// The same, or null where there is none without more ado.
    static void* allocate_at_hand(std::size_t size) noexcept {
        slab_store* store = current;
        std::size_t const index = (size + 7) / 8;
        if (store != nullptr && index < classes) [[likely]] {
            if (slab_block* block = store->free_[index]; block != nullptr) [[likely]] {
                ++store->taken_;
                store->free_[index] = block->next;
                unpoison(block, size);
                return block;
            }
        }
        return nullptr;
    }

    /// Gives a block back; from another thread than took it too.
    static void release(void* block, std::size_t size) noexcept {
        std::size_t const index = (size + 7) / 8;
        slab_store* const owner = slab_of(block).owner;
        if (owner == current && index < classes) [[likely]]
            owner->put(block, index);
        else
            release_slowly(block, index);
    }

    /// Calls `visit(block)` for each block in use that this thread's store has cut.
    template <class Visit>
    static void for_each(Visit&& visit) {
        slab_store const* const store = of_this_thread();
        if (store == nullptr) return;
        for (slab* s = store->slabs_; s != nullptr; s = s->next) {
            auto* block = reinterpret_cast<std::byte*>(s) + first_block;
            for (std::size_t i = 0; i < s->cut; ++i, block += s->block_size) {
                if (auto* candidate = reinterpret_cast<slab_block*>(block); candidate->in_use != 0) visit(candidate);
            }
        }
    }

    struct counters {
        std::uint64_t taken = 0;
        std::uint64_t returned = 0;
        std::uint64_t live() const noexcept { return taken - returned; }
    };
    ROTA_API static counters count() noexcept;

    /// For tests: the `n`-th allocation of this thread from now on throws `std::bad_alloc` (1: the next one; 0: none).
    ROTA_API static void fail_allocation(std::uint64_t n);

private:
    static constexpr std::size_t classes = 257;  // blocks up to 2 KiB share slabs, larger ones get one each
    static constexpr std::size_t slab_size = std::size_t{64} * 1024;
    static constexpr std::size_t first_block = 64;
    static constexpr std::size_t region_size = 16 * slab_size;

    struct slab {
        slab* next;
        slab* previous;
        slab_store* owner;
        std::size_t block_size;
        std::size_t capacity;
        std::size_t cut;  // blocks handed out at least once; behind them the slab is untouched memory
    };
    friend struct slab_store_owner;

    ROTA_API static slab_store const* of_this_thread() noexcept;
    ROTA_API static void* allocate_slowly(std::size_t size);
    ROTA_API static void release_slowly(void* block, std::size_t index) noexcept;
    static slab& slab_of(void* block) noexcept {
        return *reinterpret_cast<slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(slab_size - 1));
    }
    slab* add_slab(std::size_t block_size);
    void* room_for_slab();
    void put(void* block, std::size_t index) noexcept {
        auto* freed = static_cast<slab_block*>(block);
        ++returned_;
        freed->in_use = 0;
        freed->next = free_[index];
        free_[index] = freed;
        poison(block, index * 8);
    }
    void remove_slab(slab& only) noexcept;
    void take_back_strays() noexcept;

    // ASan does not know the slabs' blocks: all but their first two words is poisoned while they are free.
#if defined(ROTA_POOL_BYPASSED)
    ROTA_API static void poison(void* block, std::size_t size) noexcept;
    static void unpoison(void* block, std::size_t size) noexcept {
        asan_needs_a_rota_configured_with_ROTA_SANITIZE_address(block, size);
    }
#else
    static void poison(void*, std::size_t) noexcept {}
    static void unpoison(void*, std::size_t) noexcept {}
#endif

    // Null also while an allocation is to fail: then all goes the slow way, and the fast one has nothing to ask.
    ROTA_API static thread_local constinit slab_store* current ROTA_HOT_TLS;

    std::uint64_t taken_ = 0;
    std::uint64_t returned_ = 0;
    std::uint64_t failing_ = 0;
    slab* slabs_ = nullptr;
    std::byte* region_ = nullptr;  // where the next slabs are cut
    std::byte* region_end_ = nullptr;
    std::atomic<slab_block*> strays_{nullptr};  // blocks released by other threads
    slab_store* next_orphan_ = nullptr;
    slab_block* free_[classes] = {};
    slab* growing_[classes] = {};
};

}  // namespace rota::inline v0::detail
