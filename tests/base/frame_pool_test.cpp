#include <rota/base/frame_pool.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace {

using rota::detail::frame_pool;

#if defined(ROTA_POOL_BYPASSED)
constexpr bool pooled = false;
#else
constexpr bool pooled = true;
#endif

constexpr std::size_t largest_pooled = (frame_pool::classes - 1) * frame_pool::step;

TEST(FramePool, GivesABlockAgainThatWasReturned) {
    if (!pooled) GTEST_SKIP() << "AddressSanitizer gets every block from the general allocator";
    void* const first = frame_pool::allocate(100);
    frame_pool::release(first, 100);
    void* const second = frame_pool::allocate(104);
    EXPECT_EQ(first, second);
    frame_pool::release(second, 104);
}

TEST(FramePool, CountsWhatIsTakenAndReturned) {
    auto const before = frame_pool::count();
    void* const small = frame_pool::allocate(32);
    void* const large = frame_pool::allocate(largest_pooled + 1);
    EXPECT_EQ(frame_pool::count().taken, before.taken + 2);
    EXPECT_EQ(frame_pool::count().live(), before.live() + 2);
    frame_pool::release(large, largest_pooled + 1);
    frame_pool::release(small, 32);
    EXPECT_EQ(frame_pool::count().returned, before.returned + 2);
    EXPECT_EQ(frame_pool::count().live(), before.live());
}

TEST(FramePool, BlocksAreAlignedAndDoNotOverlap) {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t size = 1; size < 4200; size += 13) {
            auto* const block = static_cast<unsigned char*>(frame_pool::allocate(size));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U);
            std::memset(block, static_cast<int>(blocks.size() % 251), size);
            blocks.emplace_back(block, size);
        }
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        auto const [block, size] = blocks[i];
        for (std::size_t at = 0; at < size; ++at) ASSERT_EQ(block[at], i % 251);
        frame_pool::release(block, size);
    }
}

TEST(FramePool, TheNthAllocationFailsAndTheOneAfterItDoesNot) {
    for (std::size_t const size : {std::size_t{48}, largest_pooled, largest_pooled + 1}) {
        frame_pool::release(frame_pool::allocate(size), size);  // once with a block in the list ...
        auto const live = frame_pool::count().live();
        frame_pool::fail_allocation(2);
        void* const first = frame_pool::allocate(size);  // ... and then with none
        EXPECT_THROW((void)frame_pool::allocate(size), std::bad_alloc);
        EXPECT_EQ(frame_pool::count().live(), live + 1);
        void* const third = frame_pool::allocate(size);
        frame_pool::release(third, size);
        frame_pool::release(first, size);
        frame_pool::fail_allocation(1);
        EXPECT_THROW((void)frame_pool::allocate(size), std::bad_alloc);
        EXPECT_EQ(frame_pool::count().live(), live);
    }
}

TEST(FramePool, AFailureThatWasAskedForCanBeTakenBack) {
    frame_pool::fail_allocation(1);
    frame_pool::fail_allocation(0);
    void* const block = frame_pool::allocate(64);
    frame_pool::release(block, 64);
}

TEST(FramePool, ABlockReturnedByAnotherThreadIsOfUseThere) {
    void* const block = frame_pool::allocate(200);
    void* reused = nullptr;
    std::thread([&] {
        frame_pool::release(block, 200);
        reused = frame_pool::allocate(200);
        frame_pool::release(reused, 200);
    }).join();
    EXPECT_EQ(reused == block, pooled);
}

TEST(FramePool, ANewThreadTakesOverThePoolOfOneThatEnded) {
    if (!pooled) GTEST_SKIP() << "AddressSanitizer gets every block from the general allocator";
    void* first = nullptr;
    void* second = nullptr;
    std::thread([&] {
        first = frame_pool::allocate(1000);
        frame_pool::release(first, 1000);
    }).join();
    std::thread([&] {
        second = frame_pool::allocate(1000);
        frame_pool::release(second, 1000);
    }).join();
    EXPECT_EQ(first, second);
}

TEST(FramePool, AFailureAskedForDoesNotOutliveItsThread) {
    std::thread([] {
        frame_pool::release(frame_pool::allocate(16), 16);
        frame_pool::fail_allocation(1);
    }).join();
    std::thread([] {
        void* block = nullptr;
        EXPECT_NO_THROW(block = frame_pool::allocate(16));
        if (block) frame_pool::release(block, 16);
    }).join();
}

// A thread-local object that was made before the pool dies after it.
struct late_user {
    void* kept = nullptr;
    ~late_user() {
        if (kept == nullptr) return;
        frame_pool::release(kept, 24);
        void* const block = frame_pool::allocate(24);
        std::memset(block, 1, 24);
        frame_pool::release(block, 24);
    }
};

TEST(FramePool, ServesAThreadThatIsEnding) {
    std::thread([] {
        thread_local late_user user;
        user.kept = nullptr;
        user.kept = frame_pool::allocate(24);
    }).join();
}

}  // namespace
