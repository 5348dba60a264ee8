// Cancels at every step, and every allocation failing once, with the work of threads run inline.
#include "io/io_kit.hpp"

#include <rota/testing/torture.hpp>
#include <rota/thread/to_thread.hpp>

#include <memory>
#include <string>

namespace {

using namespace io_kit;
using rota::coro;
using rota::testing::scenario;

template <class Scenario>
rota::testing::torture_report torture(std::uint64_t seed) {
    auto const make = [] { return std::make_unique<Scenario>(); };
    rota::testing::allocation_torture(make, seed);
    return rota::testing::cancel_torture(make, seed);
}

struct work_with_a_frame : scenario {
    int ran = 0;
    int told = 0;
    coro<> subject() override {
        std::string text = "of this frame";
        auto work = [&] {
            text += "!";
            ++ran;
            return 1;
        };
        told += co_await rota::to_thread(work);
        require(text == "of this frame!", "the work did not run");
        co_await rota::yield();
    }
    coro<> verify() override {
        require(ran == told, "work ran, and its result was not delivered");
        co_return;
    }
};

struct work_of_its_own : scenario {
    std::shared_ptr<int> ran = std::make_shared<int>(0);
    coro<> subject() override {
        auto work = [ran = ran] { ++*ran; };
        co_await rota::to_thread(rota::abandon_on_cancel, work);
        require(*ran == 1, "the work did not run");
        co_await rota::yield();
    }
};

TEST(ThreadTorture, WorkThatRanIsAlwaysDelivered) {
    for (std::uint64_t seed : {0U, 1U, 2U, 3U}) EXPECT_GT(torture<work_with_a_frame>(seed).runs, 2U);
}

TEST(ThreadTorture, AbandonedWorkLeavesNothingBehind) {
    for (std::uint64_t seed : {0U, 1U, 2U, 3U}) EXPECT_GT(torture<work_of_its_own>(seed).stopped, 0U);
}

}  // namespace
