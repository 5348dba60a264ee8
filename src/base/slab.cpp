#include <rota/base/slab.hpp>

#include <mutex>
#include <new>
#include <utility>

#if defined(ROTA_POOL_BYPASSED)
#include <sanitizer/asan_interface.h>
#endif

namespace rota::inline v0::detail {

thread_local constinit slab_store* slab_store::current = nullptr;

namespace {

// What `current` is while none is to fail.
thread_local constinit slab_store* own = nullptr;

}  // namespace

// Stores outlive their threads as frame pools do, and for the same reason.
struct slab_store_owner {
    slab_store_owner() : store(adopt()) { own = slab_store::current = store; }
    ~slab_store_owner() {
        own = slab_store::current = nullptr;
        store->failing_ = 0;
        std::lock_guard const held(mutex());
        store->next_orphan_ = orphans();
        orphans() = store;
    }
    slab_store_owner(slab_store_owner const&) = delete;
    slab_store_owner& operator=(slab_store_owner const&) = delete;

    slab_store* store;

private:
    static slab_store* adopt() {
        {
            std::lock_guard const held(mutex());
            if (slab_store* store = orphans()) {
                orphans() = std::exchange(store->next_orphan_, nullptr);
                return store;
            }
        }
        return new slab_store;
    }
    static std::mutex& mutex() {
        static std::mutex* const forever = new std::mutex;
        return *forever;
    }
    static slab_store*& orphans() {
        static slab_store* first = nullptr;
        return first;
    }
};

namespace {

void make_own() { thread_local slab_store_owner const owner; }

}  // namespace

#if defined(ROTA_POOL_BYPASSED)
void slab_store::poison(void* block, std::size_t size) noexcept {
    if (size > sizeof(slab_block))
        __asan_poison_memory_region(static_cast<std::byte*>(block) + sizeof(slab_block), size - sizeof(slab_block));
}
void asan_needs_a_rota_configured_with_ROTA_SANITIZE_address(void* block, std::size_t size) noexcept {
    __asan_unpoison_memory_region(block, size);
}
#endif

// Many slabs at once: a general allocator puts its own words before each aligned block, which would cost a page a slab. What
// is not cut yet is memory that nobody has touched.
void* slab_store::room_for_slab() {
    if (region_ == region_end_) {
        region_ = static_cast<std::byte*>(::operator new(region_size, std::align_val_t{slab_size}));
        region_end_ = region_ + region_size;
    }
    return std::exchange(region_, region_ + slab_size);
}

slab_store::slab* slab_store::add_slab(std::size_t block_size) {
    bool const shared = block_size < classes * 8;
    std::size_t const room = shared ? slab_size : first_block + block_size;
    void* const memory = shared ? room_for_slab() : ::operator new(room, std::align_val_t{slab_size});
    auto* made = new (memory) slab{slabs_, nullptr, this, block_size, (room - first_block) / block_size, 0};
    if (slabs_ != nullptr) slabs_->previous = made;
    slabs_ = made;
    return made;
}

void slab_store::take_back_strays() noexcept {
    slab_block* stray = strays_.exchange(nullptr, std::memory_order_acquire);
    while (stray != nullptr) {
        slab_block* const next = stray->next;
        std::size_t const index = slab_of(stray).block_size / 8;
        if (index < classes)
            put(stray, index);
        else
            remove_slab(slab_of(stray));
        stray = next;
    }
}

// A block too large to share a slab goes with it.
void slab_store::remove_slab(slab& only) noexcept {
    ++returned_;
    if (only.next != nullptr) only.next->previous = only.previous;
    (only.previous != nullptr ? only.previous->next : slabs_) = only.next;
    ::operator delete(&only, std::align_val_t{slab_size});
}

void* slab_store::allocate_slowly(std::size_t size) {
    if (own == nullptr) make_own();
    slab_store* store = own;
    if (store == nullptr) throw std::bad_alloc();  // a thread that is ending can not start tasks
    std::size_t const index = (size + 7) / 8;
    ++store->taken_;
    try {
        if (store->taken_ == store->failing_) throw std::bad_alloc();
        store->take_back_strays();
        if (index >= classes) {
            slab* alone = store->add_slab((size + 15) / 16 * 16);
            alone->cut = 1;
            return new (reinterpret_cast<std::byte*>(alone) + first_block) slab_block;
        }
        if (slab_block* block = store->free_[index]) {
            store->free_[index] = block->next;
            unpoison(block, size);
            return block;
        }
        slab*& growing = store->growing_[index];
        if (growing == nullptr || growing->cut == growing->capacity) growing = store->add_slab(index * 8);
        return new (reinterpret_cast<std::byte*>(growing) + first_block + growing->cut++ * growing->block_size)
            slab_block;
    } catch (...) {
        ++store->returned_;
        throw;
    }
}

void slab_store::release_slowly(void* block, std::size_t index) noexcept {
    slab& of = slab_of(block);
    slab_store* const owner = of.owner;
    if (owner == own) return index < classes ? owner->put(block, index) : owner->remove_slab(of);
    auto* stray = static_cast<slab_block*>(block);
    stray->next = owner->strays_.load(std::memory_order_relaxed);
    while (!owner->strays_.compare_exchange_weak(stray->next, stray, std::memory_order_release)) {}
}

slab_store const* slab_store::of_this_thread() noexcept { return own; }

slab_store::counters slab_store::count() noexcept {
    return own != nullptr ? counters{own->taken_, own->returned_} : counters{};
}

void slab_store::fail_allocation(std::uint64_t n) {
    if (own == nullptr) make_own();
    if (own == nullptr) return;
    own->failing_ = n == 0 ? 0 : own->taken_ + n;
    current = n == 0 ? own : nullptr;
}

}  // namespace rota::inline v0::detail
