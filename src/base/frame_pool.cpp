#include <rota/base/frame_pool.hpp>

#include <atomic>
#include <mutex>
#include <utility>

namespace rota::inline v0::detail {

thread_local constinit frame_pool* frame_pool::current = nullptr;

namespace {

// What `current` is while nobody watches and none is to fail.
thread_local constinit frame_pool* own = nullptr;
std::atomic<frame_pool::watcher const*> watching{nullptr};

}  // namespace

// Pools outlive their threads, since blocks of theirs may still be in use: the next new thread adopts one.
struct frame_pool_owner {
    static frame_pool* adopt() {
        {
            std::lock_guard const held(mutex());
            if (frame_pool* pool = orphans()) {
                orphans() = std::exchange(pool->next_orphan_, nullptr);
                return pool;
            }
        }
        return new frame_pool;
    }

    frame_pool_owner() : pool(adopt()) {
        own = pool;
        frame_pool::follow_watch();
    }
    ~frame_pool_owner() {
        own = frame_pool::current = nullptr;
        pool->failing_ = 0;
        std::lock_guard const held(mutex());
        pool->next_orphan_ = orphans();
        orphans() = pool;
    }
    frame_pool_owner(frame_pool_owner const&) = delete;
    frame_pool_owner& operator=(frame_pool_owner const&) = delete;

    frame_pool* pool;

private:
    static std::mutex& mutex() {
        static std::mutex* const forever = new std::mutex;  // threads may end after static destructors have run
        return *forever;
    }
    static frame_pool*& orphans() {
        static frame_pool* first = nullptr;
        return first;
    }
};

namespace {

// The pool of this thread, made at its first use. Nothing once the thread's destructors have run.
void make_own() { thread_local frame_pool_owner const owner; }

constexpr std::size_t slab_size = std::size_t{64} * 1024;

}  // namespace

void frame_pool::refill(std::size_t index) {
    std::size_t const size = index * step;
    if (static_cast<std::size_t>(slab_end_ - slab_) < size) {
        // What is left of the old slab is at most one block of this size: not worth a list.
        slab_ = static_cast<std::byte*>(::operator new(slab_size, std::align_val_t{64}));
        slab_end_ = slab_ + slab_size;
    }
    auto* block = reinterpret_cast<free_block*>(slab_);
    slab_ += size;
    block->next = nullptr;
    free_[index] = block;
}

void* frame_pool::allocate_slowly(frame_pool* pool, std::size_t index, std::size_t size) {
    if (pool == nullptr) {
        if (own == nullptr) make_own();
        pool = own;
        if (pool == nullptr) return ::operator new(index < classes ? index * step : size);
    }
    void* const block = pool->take_slowly(index, size);
    if (auto const* by = watching.load(std::memory_order_acquire)) by->taken(block);
    return block;
}

void* frame_pool::take_slowly(std::size_t index, std::size_t size) {
    ++taken_;
    try {
        if (taken_ == failing_) throw std::bad_alloc();
#if !defined(ROTA_POOL_BYPASSED)
        if (index < classes) {
            if (free_[index] == nullptr) refill(index);
            return std::exchange(free_[index], free_[index]->next);
        }
#else
        (void)index;
#endif
        return ::operator new(size);
    } catch (...) {
        ++returned_;
        throw;
    }
}

void frame_pool::release_slowly(frame_pool* pool, std::size_t index, void* block) noexcept {
    if (auto const* by = watching.load(std::memory_order_acquire)) by->returned(block);
    if (pool == nullptr) {
        // A thread whose first call this is gets a pool, or the blocks of all such threads would be lost.
        try {
            if (own == nullptr) make_own();
        } catch (std::bad_alloc const&) {}
        pool = own;
    }
    if (pool != nullptr) ++pool->returned_;
#if !defined(ROTA_POOL_BYPASSED)
    if (index < classes) {
        // No pool any more: the thread is ending. A block of a slab can not be freed alone; it stays in the slab.
        if (pool == nullptr) return;
        auto* freed = static_cast<free_block*>(block);
        freed->next = pool->free_[index];
        pool->free_[index] = freed;
        return;
    }
#else
    (void)index;
#endif
    ::operator delete(block);
}

frame_pool::counters frame_pool::count() noexcept {
    return own != nullptr ? counters{own->taken_, own->returned_} : counters{};
}

void frame_pool::fail_allocation(std::uint64_t n) {
    if (own == nullptr) make_own();
    if (own != nullptr) own->failing_ = n == 0 ? 0 : own->taken_ + n;
    follow_watch();
}

void frame_pool::watch(watcher const* by) noexcept {
    watching.store(by, std::memory_order_release);
    follow_watch();
}

void frame_pool::follow_watch() noexcept {
    bool const plain = watching.load(std::memory_order_relaxed) == nullptr && (own == nullptr || own->failing_ == 0);
    current = plain ? own : nullptr;
}

}  // namespace rota::inline v0::detail
