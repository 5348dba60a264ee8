#include <rota/base/signal_safe_pool.hpp>

#include <gtest/gtest.h>

#include <sys/time.h>

#include <array>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace {

using pool = rota::detail::signal_safe_pool;

TEST(signal_safe_pool, blocks_are_apart_and_come_again) {
    std::set<void*> taken;
    for (int each = 0; each < 200; ++each) {
        void* const block = pool::allocate(pool::largest_pooled);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U);
        std::memset(block, each, pool::largest_pooled);
        EXPECT_TRUE(taken.insert(block).second);
    }
    auto const before = pool::capacity();
    for (void* const block : taken) pool::release(block);
    for (int round = 0; round < 1000; ++round) pool::release(pool::allocate(8));
    EXPECT_EQ(pool::capacity(), before);
    EXPECT_GE(before, 200U);
}

TEST(signal_safe_pool, what_is_too_large_for_it_is_mapped_by_itself) {
    auto const before = pool::capacity();
    for (std::size_t const size : {pool::largest_pooled + 1, std::size_t{100'000}}) {
        auto* const block = static_cast<char*>(pool::allocate(size));
        std::memset(block, 'x', size);
        EXPECT_EQ(block[size - 1], 'x');
        pool::release(block);
    }
    EXPECT_EQ(pool::capacity(), before);
}

TEST(signal_safe_pool, threads_give_back_what_others_took) {
    constexpr int threads = 4;
    std::array<std::atomic<int*>, 64> exchange{};
    std::vector<std::thread> all;
    for (int number = 0; number < threads; ++number)
        all.emplace_back([&, number] {
            for (int round = 0; round < 20'000; ++round) {
                auto* const mine = static_cast<int*>(pool::allocate(sizeof(int)));
                *mine = round;
                int* const other =
                    exchange[static_cast<std::size_t>(round + number * 7) % exchange.size()].exchange(mine);
                if (other == nullptr) continue;
                EXPECT_GE(*other, 0);
                *other = -1;  // nobody else has it
                pool::release(other);
            }
        });
    for (auto& thread : all) thread.join();
    for (auto& place : exchange)
        if (int* const left = place.load()) pool::release(left);
}

std::atomic<int> in_handler{0};

// Interrupted anywhere, by a handler that takes and gives back, it stays whole.
TEST(signal_safe_pool, handlers_may_interrupt_it) {
    struct sigaction own{};
    struct sigaction before{};
    own.sa_handler = [](int) {
        void* const one = pool::allocate(32);
        void* const two = pool::allocate(32);
        std::memset(one, 1, 32);
        pool::release(one);
        std::memset(two, 2, 32);
        pool::release(two);
        in_handler.fetch_add(1, std::memory_order_relaxed);
    };
    ::sigaction(SIGALRM, &own, &before);
    itimerval const often{{0, 50}, {0, 50}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    std::array<unsigned char*, 8> held{};
    for (int round = 0; in_handler < 500 && round < 50'000'000; ++round) {
        auto*& place = held[static_cast<std::size_t>(round) % held.size()];
        auto const mark = static_cast<unsigned char>(10 + round % static_cast<int>(held.size()));
        if (place != nullptr) {
            ASSERT_EQ(place[0], mark);
            ASSERT_EQ(place[31], mark);
            pool::release(place);
        }
        place = static_cast<unsigned char*>(pool::allocate(32));
        std::memset(place, mark, 32);
    }
    itimerval const never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    for (auto* const each : held)
        if (each != nullptr) pool::release(each);
    EXPECT_GE(in_handler, 500);
}

}  // namespace
