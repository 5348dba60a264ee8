#include <rota/thread/parallel.hpp>

#include "io/io_kit.hpp"
#include "thread/gate.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using thread_kit::gate;

class Parallel : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, Parallel, testing::ValuesIn(all_engines()), name_of);

TEST_P(Parallel, CallsForEachNumberOnce) {
    run([]() -> coro<> {
        rota::thread_pool pool(3);
        std::vector<std::atomic<int>> calls(1001);
        auto const count = [&](std::size_t i) { ++calls[i]; };
        co_await rota::parallel_for(pool, 1, calls.size(), count);
        EXPECT_EQ(calls[0], 0);
        for (std::size_t i = 1; i < calls.size(); ++i) EXPECT_EQ(calls[i], 1);
        co_await rota::parallel_for(pool, 5, 5, count);
        co_await rota::parallel_for(pool, 6, 5, count);
        EXPECT_EQ(calls[5], 1);
    });
}

TEST_P(Parallel, MapGivesResultsInTheOrderOfTheItems) {
    run([]() -> coro<> {
        rota::thread_pool pool(2);
        std::vector<int> numbers;
        for (int i = 0; i < 100; ++i) numbers.push_back(i);
        auto const write = [](int number) { return std::make_unique<std::string>(std::to_string(number)); };
        auto const texts = co_await rota::parallel_map(pool, numbers, write);
        EXPECT_EQ(texts.size(), 100U);
        for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(*texts[i], std::to_string(i));
        auto const none = co_await rota::parallel_map(pool, std::vector<int>(), write);
        EXPECT_TRUE(none.empty());
    });
}

TEST_P(Parallel, TheFirstErrorComesOutAndNothingMoreIsBegun) {
    run([]() -> coro<> {
        rota::thread_pool pool(1);
        int calls = 0;
        auto const fail = [&](std::size_t i) {
            ++calls;
            if (i == 3) throw std::runtime_error("at three");
        };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::parallel_for(pool, 0, 1000, fail)), "at three");
        EXPECT_EQ(calls, 4);
    });
}

class ParallelReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ParallelReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(ParallelReal, CancelledWaitsForWhatRunsAndBeginsNothingMore) {
    run([]() -> coro<> {
        rota::thread_pool pool(2);
        gate held;
        std::atomic<int> calls{0};
        auto work = [&]() -> coro<> {
            auto const wait = [&](std::size_t) {
                ++calls;
                held.wait();
            };
            co_await rota::parallel_for(pool, 0, 1000, wait);
        };
        auto const working = rota::create_task(work());
        while (calls == 0) co_await rota::yield();
        held.wait_for_somebody();
        working.cancel();
        for (int turns = 0; turns < 100; ++turns) co_await rota::yield();
        EXPECT_FALSE(working.done());
        held.open();
        while (!working.done()) co_await rota::yield();
        EXPECT_TRUE(working.cancelled());
        EXPECT_LE(calls, 2);
    });
}

}  // namespace
