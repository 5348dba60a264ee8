#include "base/receive_blocks.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace {

using rota::detail::receive_blocks;

TEST(ReceiveBlocks, ComeInPowersOfTwoBetweenTheSmallestAndTheLargest) {
    EXPECT_EQ(receive_blocks::size_for(1), 4096U);
    EXPECT_EQ(receive_blocks::size_for(4096), 4096U);
    EXPECT_EQ(receive_blocks::size_for(4097), 8192U);
    EXPECT_EQ(receive_blocks::size_for(receive_blocks::largest), receive_blocks::largest);
}

TEST(ReceiveBlocks, TheOneGivenBackLastIsTakenFirst) {
    void* const first = receive_blocks::take(8192);
    void* const second = receive_blocks::take(8192);
    receive_blocks::give_back(first, 8192);
    receive_blocks::give_back(second, 8192);
    EXPECT_EQ(receive_blocks::take(8192), second);
    EXPECT_EQ(receive_blocks::take(8192), first);
    receive_blocks::give_back(first, 8192);
    receive_blocks::give_back(second, 8192);
}

TEST(ReceiveBlocks, AreCountedWhileTheyAreLent) {
    auto const before = receive_blocks::lent();
    void* const small = receive_blocks::take(receive_blocks::smallest);
    void* const large = receive_blocks::take(receive_blocks::largest);
    EXPECT_EQ(receive_blocks::lent() - before, receive_blocks::smallest + receive_blocks::largest);
    receive_blocks::give_back(large, receive_blocks::largest);
    receive_blocks::give_back(small, receive_blocks::smallest);
    EXPECT_EQ(receive_blocks::lent(), before);
}

TEST(ReceiveBlocks, MoreThanAreKeptCanBeTakenAndGivenBack) {
    std::vector<void*> taken(2 * receive_blocks::most_kept / receive_blocks::largest);
    for (auto& each : taken) {
        each = receive_blocks::take(receive_blocks::largest);
        ASSERT_NE(each, nullptr);
        std::memset(each, 'x', receive_blocks::largest);
    }
    for (auto* each : taken) receive_blocks::give_back(each, receive_blocks::largest);
}

TEST(ReceiveBlocks, OneMayBeGivenBackByAnotherThread) {
    void* const block = receive_blocks::take(receive_blocks::smallest);
    std::thread([&] { receive_blocks::give_back(block, receive_blocks::smallest); }).join();
}

TEST(ReceiveBlocks, OneMayBeGivenBackAfterTheThreadsOthersHaveGone) {
    struct late {
        void* block = nullptr;
        ~late() { receive_blocks::give_back(block, receive_blocks::smallest); }
    };
    std::thread([] {
        thread_local late last;  // made before the first block is taken, so that it goes after what keeps them
        last.block = receive_blocks::take(receive_blocks::smallest);
    }).join();
}

#if defined(__SANITIZE_ADDRESS__)
TEST(ReceiveBlocksDeathTest, UseOfOneThatWasGivenBackIsFoundOut) {
    auto* const block = static_cast<char volatile*>(receive_blocks::take(receive_blocks::smallest));
    receive_blocks::give_back(const_cast<char*>(block), receive_blocks::smallest);
    EXPECT_DEATH(block[100] = 'x', "use-after-poison");
}
#endif

}  // namespace
