#include <rota/base/signal_safe_pool.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <new>

namespace rota::inline v0::detail {
namespace {

constexpr std::uint32_t chunk_blocks = 64;
constexpr std::uint32_t most_chunks = 4096;
/// Of a block that was mapped by itself.
constexpr std::uint32_t no_index = 0;

struct alignas(16) block {
    std::uint32_t index = no_index;  // from 1
    std::size_t mapped = 0;
    std::array<std::byte, signal_safe_pool::largest_pooled> room;
};
static_assert(sizeof(block) == 128);

struct chunk {
    /// Beside the blocks, since it is read of blocks that somebody else has taken meanwhile.
    std::array<std::atomic<std::uint32_t>, chunk_blocks> next;
    std::array<block, chunk_blocks> blocks;
};

std::array<std::atomic<chunk*>, most_chunks> chunks;
std::atomic<std::uint32_t> chunk_count{0};
/// The index of the first free block, and a count of changes above it: an index that comes again is not the same top.
std::atomic<std::uint64_t> top{0};
std::atomic<bool> failing{false};

std::uint32_t index_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }
std::uint64_t successor(std::uint64_t word, std::uint32_t index) noexcept { return ((word >> 32) + 1) << 32 | index; }

chunk& chunk_of(std::uint32_t index) noexcept {
    return *chunks[(index - 1) / chunk_blocks].load(std::memory_order_acquire);
}
block& block_at(std::uint32_t index) noexcept { return chunk_of(index).blocks[(index - 1) % chunk_blocks]; }
std::atomic<std::uint32_t>& next_of(std::uint32_t index) noexcept {
    return chunk_of(index).next[(index - 1) % chunk_blocks];
}

void* map(std::size_t size) noexcept {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

/// `last` is the end of a chain that begins with `first`.
void push(std::uint32_t first, std::uint32_t last) noexcept {
    auto before = top.load(std::memory_order_relaxed);
    do next_of(last).store(index_of(before), std::memory_order_relaxed);
    while (!top.compare_exchange_weak(before, successor(before, first), std::memory_order_release,
                                      std::memory_order_relaxed));
}

block* pop() noexcept {
    auto before = top.load(std::memory_order_acquire);
    while (index_of(before) != 0) {
        auto const next = next_of(index_of(before)).load(std::memory_order_relaxed);
        if (top.compare_exchange_weak(before, successor(before, next), std::memory_order_acquire,
                                      std::memory_order_acquire))
            return &block_at(index_of(before));
    }
    return nullptr;
}

/// A block of a new chunk, whose others are free then. Null: there is no memory, or no chunk any more.
block* grow() noexcept {
    if (chunk_count.load(std::memory_order_relaxed) >= most_chunks) return nullptr;
    void* const memory = map(sizeof(chunk));
    if (memory == nullptr) return nullptr;
    auto const place = chunk_count.fetch_add(1, std::memory_order_relaxed);
    if (place >= most_chunks) {
        ::munmap(memory, sizeof(chunk));
        return nullptr;
    }
    auto* const made = ::new (memory) chunk;
    auto const first = place * chunk_blocks + 1;
    for (std::uint32_t offset = 0; offset != chunk_blocks; ++offset) {
        made->blocks[offset].index = first + offset;
        made->next[offset].store(first + offset + 1, std::memory_order_relaxed);
    }
    chunks[place].store(made, std::memory_order_release);
    push(first + 1, first + chunk_blocks - 1);
    return &made->blocks.front();
}

}  // namespace

void* signal_safe_pool::allocate(std::size_t size) {
    if (failing.load(std::memory_order_relaxed)) throw std::bad_alloc();
    block* taken = nullptr;
    if (size <= largest_pooled) {
        taken = pop();
        if (taken == nullptr) taken = grow();
    }
    if (taken == nullptr) {
        auto const mapped = offsetof(block, room) + size;
        void* const memory = map(mapped);
        if (memory == nullptr) throw std::bad_alloc();
        taken = ::new (memory) block;
        taken->mapped = mapped;
    }
    return taken->room.data();
}

void signal_safe_pool::release(void* room) noexcept {
    auto& given = *reinterpret_cast<block*>(static_cast<std::byte*>(room) - offsetof(block, room));
    if (given.index == no_index)
        ::munmap(&given, given.mapped);
    else
        push(given.index, given.index);
}

void signal_safe_pool::fail_allocations(bool fail) noexcept { failing.store(fail, std::memory_order_relaxed); }

std::size_t signal_safe_pool::capacity() noexcept {
    return std::size_t{std::min(chunk_count.load(std::memory_order_relaxed), most_chunks)} * chunk_blocks;
}

}  // namespace rota::inline v0::detail
