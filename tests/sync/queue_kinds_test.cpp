#include "simulate.hpp"

#include <rota/sync/queue.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using rota::coro;
using rota::create_task;

template <class Q, class T>
coro<> put(Q& q, T item) {
    co_await q.put(std::move(item));
}

TEST(LifoQueue, GivesTheNewestFirst) {
    auto main = []() -> coro<> {
        rota::lifo_queue<std::string> q(3);
        for (auto const* item : {"a", "b", "c"}) co_await q.put(item);
        auto putter = create_task(put(q, std::string("d")));
        co_await settle();
        for (auto const* item : {"c", "d", "b", "a"}) EXPECT_EQ(co_await q.get(), item);
        co_await putter;
    };
    simulate(main);
}

TEST(PriorityQueue, GivesTheLowestFirst) {
    rota::priority_queue<std::pair<int, std::string>> q;
    for (auto const& item : {std::pair(3, "c"), std::pair(1, "a"), std::pair(2, "b")}) q.put_nowait(item);
    for (auto const* item : {"a", "b", "c"}) EXPECT_EQ(q.get_nowait().second, item);
}

TEST(PriorityQueue, SortsWhateverComes) {
    rota::priority_queue<std::uint32_t> q;
    std::uint32_t random = 1;
    for (std::size_t rounds = 0; rounds < 200; ++rounds) {
        std::size_t const n = rounds % 37;
        for (std::size_t i = 0; i < n; ++i) {
            random = random * 1664525 + 1013904223;
            q.put_nowait((random >> 16) % 50);
        }
        std::uint32_t last = 0;
        for (std::size_t i = 0; i < n; ++i) {
            std::uint32_t const next = q.get_nowait();
            ASSERT_LE(last, next);
            last = next;
        }
        ASSERT_TRUE(q.empty());
    }
}

TEST(PriorityQueue, LetsInWhatWaitsByItsPriority) {
    auto main = []() -> coro<> {
        rota::priority_queue<int> q(2);
        q.put_nowait(5);
        q.put_nowait(3);
        auto putter = create_task(put(q, 1));
        co_await settle();
        for (int item : {3, 1, 5}) EXPECT_EQ(co_await q.get(), item);
        co_await putter;
    };
    simulate(main);
}

TEST(PriorityQueue, TakesAnOrderAndMoveOnlyItems) {
    auto const dearer = [](std::unique_ptr<int> const& a, std::unique_ptr<int> const& b) { return *a > *b; };
    rota::priority_queue<std::unique_ptr<int>, decltype(dearer)> q(0, dearer);
    for (int i : {2, 9, 4}) q.put_nowait(std::make_unique<int>(i));
    for (int i : {9, 4, 2}) EXPECT_EQ(*q.get_nowait(), i);
}

// Compares until it is told to throw.
struct moody_less {
    bool const* throws;
    bool operator()(int a, int b) const {
        if (*throws) throw std::runtime_error("incomparable");
        return a < b;
    }
};

TEST(PriorityQueue, ThatCanNotCompareLosesNothing) {
    bool throws = false;
    rota::priority_queue<int, moody_less> q(0, moody_less{&throws});
    for (int i : {3, 1, 2}) q.put_nowait(i);
    throws = true;
    EXPECT_THROW((void)q.get_nowait(), std::runtime_error);
    EXPECT_THROW(q.put_nowait(0), std::runtime_error);
    throws = false;
    EXPECT_EQ(q.size(), 3U);
    for (int i : {1, 2, 3}) EXPECT_EQ(q.get_nowait(), i);
}

TEST(PriorityQueue, TellsTheTaskThatPutsWhatItsItemCanNotBeComparedWith) {
    auto main = []() -> coro<> {
        bool throws = false;
        rota::priority_queue<int, moody_less> q(2, moody_less{&throws});
        q.put_nowait(1);
        q.put_nowait(2);
        auto putter = create_task(put(q, 3));
        co_await settle();
        throws = true;
        EXPECT_EQ(co_await q.get(), 1);  // of two items none is compared
        EXPECT_EQ(co_await ending(putter), "incomparable");
        EXPECT_EQ(q.size(), 1U);
    };
    simulate(main);
}

}  // namespace
