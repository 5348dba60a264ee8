#include <rota/base/slab.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace {

using rota::detail::slab_block;
using rota::detail::slab_store;

void* take(std::size_t size) {
    auto* const block = static_cast<slab_block*>(slab_store::allocate(size));
    EXPECT_EQ(block->in_use, 0);
    block->in_use = 1;
    return block;
}

std::set<void*> in_use() {
    std::set<void*> found;
    slab_store::for_each([&](slab_block* block) { EXPECT_TRUE(found.insert(block).second); });
    return found;
}

TEST(SlabStore, TheWalkFindsEachBlockInUseAndNoOther) {
    auto const before = in_use();
    std::vector<std::pair<void*, std::size_t>> blocks;
    for (std::size_t i = 0; i < 3000; ++i) {
        std::size_t const size = 112 + i % 5 * 8;
        blocks.emplace_back(take(size), size);
    }
    blocks.emplace_back(take(5000), 5000);
    blocks.emplace_back(take(200'000), 200'000);
    auto expected = before;
    for (auto const& block : blocks) expected.insert(block.first);
    EXPECT_EQ(in_use(), expected);
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
        slab_store::release(blocks[i].first, blocks[i].second);
        expected.erase(blocks[i].first);
    }
    EXPECT_EQ(in_use(), expected);
    for (std::size_t i = 1; i < blocks.size(); i += 2) slab_store::release(blocks[i].first, blocks[i].second);
    EXPECT_EQ(in_use(), before);
}

TEST(SlabStore, BlocksAreAlignedAndDoNotOverlap) {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t size = 24; size < 2600; size += 24) {
        for (int i = 0; i < 3; ++i) {
            auto* const block = static_cast<unsigned char*>(slab_store::allocate(size));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % (size % 16 == 0 ? 16 : 8), 0U);
            std::memset(block, static_cast<int>(blocks.size() % 250 + 1), size);
            blocks.emplace_back(block, size);
        }
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        auto const [block, size] = blocks[i];
        for (std::size_t at = 0; at < size; ++at) ASSERT_EQ(block[at], i % 250 + 1);
        slab_store::release(block, size);
    }
}

TEST(SlabStore, GivesABlockAgainThatWasReturned) {
    void* const first = take(160);
    slab_store::release(first, 160);
    void* const second = take(160);
    EXPECT_EQ(first, second);
    slab_store::release(second, 160);
}

TEST(SlabStore, CountsWhatIsTakenAndReturned) {
    auto const before = slab_store::count();
    void* const small = take(112);
    void* const large = take(100'000);
    EXPECT_EQ(slab_store::count().taken, before.taken + 2);
    slab_store::release(small, 112);
    slab_store::release(large, 100'000);
    EXPECT_EQ(slab_store::count().returned, before.returned + 2);
    EXPECT_EQ(slab_store::count().live(), before.live());
}

TEST(SlabStore, TheNthAllocationFailsAndTheOneAfterItDoesNot) {
    for (std::size_t const size : {std::size_t{112}, std::size_t{3000}}) {
        void* const warm = take(size);
        slab_store::release(warm, size);
        auto const live = slab_store::count().live();
        slab_store::fail_allocation(2);
        void* const first = take(size);
        EXPECT_THROW((void)slab_store::allocate(size), std::bad_alloc);
        void* const third = take(size);
        EXPECT_EQ(slab_store::count().live(), live + 2);
        slab_store::release(first, size);
        slab_store::release(third, size);
        EXPECT_EQ(slab_store::count().live(), live);
    }
}

TEST(SlabStore, ABlockReturnedByAnotherThreadComesHome) {
    for (std::size_t const size : {std::size_t{136}, std::size_t{4000}}) {
        auto const live = slab_store::count().live();
        void* const block = take(size);
        std::thread([&] { slab_store::release(block, size); }).join();
        // The next allocation that its list can not serve takes it back.
        std::vector<void*> taken;
        for (int i = 0; i < 2; ++i) taken.push_back(take(88'000));
        EXPECT_EQ(slab_store::count().live(), live + 2);
        for (void* const other : taken) slab_store::release(other, 88'000);
        EXPECT_FALSE(in_use().contains(block));
    }
}

TEST(SlabStore, ABlockMayBeReturnedAfterTheThreadThatTookItHasEnded) {
    void* block = nullptr;
    std::thread([&] {
        block = take(120);
        std::memset(static_cast<unsigned char*>(block) + sizeof(slab_block), 7, 120 - sizeof(slab_block));
    }).join();
    EXPECT_EQ(static_cast<unsigned char*>(block)[119], 7);
    slab_store::release(block, 120);
    // The next thread inherits the store and with it the block.
    std::thread([&] {
        void* const large = take(70'000);
        EXPECT_FALSE(in_use().contains(block));
        slab_store::release(large, 70'000);
    }).join();
}

TEST(SlabStore, ANewThreadsWalkFindsWhatTheEndedThreadLeft) {
    void* block = nullptr;
    std::thread([&] { block = take(144); }).join();
    std::thread([&] {
        slab_store::release(take(144), 144);  // takes the store over
        EXPECT_TRUE(in_use().contains(block));
        slab_store::release(block, 144);
        EXPECT_FALSE(in_use().contains(block));
    }).join();
}

TEST(SlabStore, AFailureAskedForDoesNotOutliveItsThread) {
    std::thread([] {
        slab_store::release(take(112), 112);
        slab_store::fail_allocation(1);
    }).join();
    std::thread([] {
        void* block = nullptr;
        EXPECT_NO_THROW(block = take(112));
        if (block) slab_store::release(block, 112);
    }).join();
}

TEST(SlabStore, ManyThreadsMayReturnBlocksOfOne) {
    constexpr int threads = 4;
    constexpr std::size_t each = 200;
    auto const live = slab_store::count().live();
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < threads * each; ++i) blocks.push_back(take(112));
    std::vector<std::thread> returning;
    for (int t = 0; t < threads; ++t)
        returning.emplace_back([&, first = static_cast<std::size_t>(t) * each] {
            for (std::size_t i = first; i < first + each; ++i) slab_store::release(blocks[i], 112);
        });
    for (auto& thread : returning) thread.join();
    slab_store::release(take(70'000), 70'000);
    EXPECT_EQ(slab_store::count().live(), live);
}

}  // namespace
