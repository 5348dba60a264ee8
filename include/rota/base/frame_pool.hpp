#pragma once

#include <rota/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define ROTA_POOL_BYPASSED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ROTA_POOL_BYPASSED 1
#endif
#endif

namespace rota::inline v0::detail {

/// Where coroutine frames and other small blocks come from: free lists by size class, one set a thread, no locks.
///
/// A general allocator costs three times a free list, and every coroutine call pays it. Slabs are aligned to 64, because
/// a frame that straddles cache lines loses store forwarding. They are never freed: a frame may be returned by another
/// thread than took it (a coroutine made before `run`, a handle dropped late) and then simply stays there. Under ASan
/// every block comes from the general allocator, so that a frame's death is seen; the counters stay.
class frame_pool {
public:
    static constexpr std::size_t step = 16;
    static constexpr std::size_t classes = 129;  // up to 2 KiB; what is larger goes to the general allocator

    static void* allocate(std::size_t size) {
        frame_pool* pool = current;
        std::size_t const index = (size + step - 1) / step;
#if !defined(ROTA_POOL_BYPASSED)
        if (pool != nullptr && index < classes) [[likely]] {
            if (free_block* block = pool->free_[index]; block != nullptr) [[likely]] {
                ++pool->taken_;
                pool->free_[index] = block->next;
                return block;
            }
        }
#endif
        return allocate_slowly(pool, index, size);
    }

    static void release(void* block, std::size_t size) noexcept {
        frame_pool* pool = current;
        std::size_t const index = (size + step - 1) / step;
#if !defined(ROTA_POOL_BYPASSED)
        if (pool != nullptr && index < classes) [[likely]] {
            auto* freed = static_cast<free_block*>(block);
            freed->next = pool->free_[index];
            pool->free_[index] = freed;
            ++pool->returned_;
            return;
        }
#endif
        release_slowly(pool, index, block);
    }

    /// Blocks this thread has taken and returned so far.
    struct counters {
        std::uint64_t taken = 0;
        std::uint64_t returned = 0;
        std::uint64_t live() const noexcept { return taken - returned; }
    };
    ROTA_API static counters count() noexcept;

    /// For tests: the `n`-th allocation of this thread from now on throws `std::bad_alloc` (1: the next one; 0: none).
    ROTA_API static void fail_allocation(std::uint64_t n);

    /// Who is told of each block that is taken, and of each before it is returned: debug mode.
    struct watcher {
        void (*taken)(void* block) noexcept;
        void (*returned)(void* block) noexcept;
    };
    /// Null: nobody. Other threads follow by `follow_watch`; blocks they take or return before that go unseen.
    ROTA_API static void watch(watcher const* by) noexcept;
    ROTA_API static void follow_watch() noexcept;

private:
    struct free_block {
        free_block* next;
    };
    friend struct frame_pool_owner;

    ROTA_API static void* allocate_slowly(frame_pool* pool, std::size_t index, std::size_t size);
    ROTA_API static void release_slowly(frame_pool* pool, std::size_t index, void* block) noexcept;
    void refill(std::size_t index);
    void* take_slowly(std::size_t index, std::size_t size);

    // Null also while somebody watches or one is to fail: then all goes the slow way, and the fast one has nothing to ask.
    ROTA_API static thread_local constinit frame_pool* current ROTA_HOT_TLS;

    std::uint64_t taken_ = 0;
    std::uint64_t returned_ = 0;
    std::uint64_t failing_ = 0;  // the count of `taken_` at which to fail; 0: never
    std::byte* slab_ = nullptr;
    std::byte* slab_end_ = nullptr;
    frame_pool* next_orphan_ = nullptr;
    free_block* free_[classes] = {};
};

}  // namespace rota::inline v0::detail
