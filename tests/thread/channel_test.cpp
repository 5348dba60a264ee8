#include <rota/thread/channel.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/cancellation.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace io_kit;
using rota::channel;
using rota::coro;

TEST(Channel, CarriesMoveOnlyItemsInTheirOrderAndHoldsItsSenderBack) {
    run_simulated([]() -> coro<> {
        channel<std::unique_ptr<int>> numbers(2);
        int sent = 0;
        auto send = [&]() -> coro<> {
            for (; sent < 5; ++sent) co_await numbers.send(std::make_unique<int>(sent));
            numbers.close();
        };
        auto const sending = rota::create_task(send());
        for (int i = 0; i < 10; ++i) co_await rota::yield();
        EXPECT_EQ(sent, 2);
        EXPECT_EQ(numbers.size(), 2U);
        int expected = 0;
        while (auto item = co_await numbers.next()) EXPECT_EQ(**item, expected++);
        EXPECT_EQ(expected, 5);
        co_await sending;
    });
}

TEST(Channel, WithoutRoomEachSendWaitsForItsReceiver) {
    run_simulated([]() -> coro<> {
        channel<int> handed(0);
        EXPECT_FALSE(handed.try_send(1));
        bool sent = false;
        auto send = [&]() -> coro<> {
            co_await handed.send(7);
            sent = true;
        };
        auto const sending = rota::create_task(send());
        for (int i = 0; i < 10; ++i) co_await rota::yield();
        EXPECT_FALSE(sent);
        EXPECT_EQ(handed.try_receive(), 7);
        EXPECT_EQ(handed.try_receive(), std::nullopt);
        co_await sending;
        EXPECT_TRUE(sent);
    });
}

TEST(Channel, ATakenItemLetsTheFirstWhoWaitsInAtOnce) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(3);
        for (int number = 1; number <= 3; ++number) EXPECT_TRUE(numbers.try_send(number));
        auto send = [&](int number) -> coro<> { co_await numbers.send(number); };
        std::vector<rota::task<>> sending;
        for (int number = 4; number <= 6; ++number) sending.push_back(rota::create_task(send(number)));
        co_await rota::yield();
        for (int number = 1; number <= 3; ++number) {
            EXPECT_EQ(numbers.try_receive(), number);
            EXPECT_EQ(numbers.size(), 3U);
            EXPECT_FALSE(numbers.try_send(7));
            co_await rota::yield();
            for (int other = 1; other <= 3; ++other)
                EXPECT_EQ(sending[static_cast<std::size_t>(other) - 1].done(), other <= number);
        }
        for (int number = 4; number <= 6; ++number) EXPECT_EQ(numbers.try_receive(), number);
        EXPECT_EQ(numbers.try_receive(), std::nullopt);
    });
}

TEST(Channel, OfWhatIsSentAndTakenInAnyOrderNothingOvertakes) {
    run_simulated([]() -> coro<> {
        std::minstd_rand draw(7);
        for (std::size_t const capacity : {1U, 2U, 3U, 5U, 8U}) {
            channel<int> numbers(capacity);
            std::deque<int> expected;
            for (int number = 0; number < 2000; ++number) {
                if (draw() % 2 == 0) {
                    EXPECT_EQ(numbers.try_send(number), expected.size() < capacity);
                    if (expected.size() < capacity) expected.push_back(number);
                } else {
                    EXPECT_EQ(numbers.try_receive(), expected.empty() ? std::nullopt : std::optional(expected.front()));
                    if (!expected.empty()) expected.pop_front();
                }
                EXPECT_EQ(numbers.size(), expected.size());
            }
        }
        co_return;
    });
}

TEST(Channel, ServesFirstComeFirstServed) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(1);
        std::vector<int> got;
        auto receive = [&](int who) -> coro<> {
            int const number = co_await numbers.receive();
            got.push_back(who * 10 + number);
        };
        std::vector<rota::task<>> receiving;
        for (int who = 1; who <= 3; ++who) receiving.push_back(rota::create_task(receive(who)));
        co_await rota::yield();
        for (int number = 1; number <= 3; ++number) EXPECT_TRUE(numbers.try_send(number));
        for (auto const& each : receiving) co_await each;
        EXPECT_EQ(got, (std::vector<int>{11, 22, 33}));
    });
}

TEST(Channel, ClosedGivesWhatIsLeftAndThenTheEnd) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(2);
        co_await numbers.send(1);
        auto fill = [&]() -> coro<> {
            co_await numbers.send(2);
            co_await numbers.send(3);
        };
        auto const filling = rota::create_task(fill());
        co_await rota::yield();
        numbers.close();
        numbers.close();
        EXPECT_TRUE(numbers.closed());
        EXPECT_NE(co_await what_of<rota::channel_closed>(filling), "");
        EXPECT_NE(co_await what_of<rota::channel_closed>(numbers.send(4)), "");
        EXPECT_THROW(numbers.try_send(4), rota::channel_closed);
        EXPECT_EQ(co_await numbers.receive(), 1);
        EXPECT_EQ(co_await numbers.next(), 2);
        EXPECT_EQ(co_await numbers.next(), std::nullopt);
        EXPECT_NE(co_await what_of<rota::channel_closed>(numbers.receive()), "");
    });
}

TEST(Channel, ClosedEndsThoseWhoWaitForAnItem) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(1);
        auto receive = [&]() -> coro<> { (void)co_await numbers.receive(); };
        auto next = [&]() -> coro<bool> { co_return (co_await numbers.next()).has_value(); };
        auto const receiving = rota::create_task(receive());
        auto const looping = rota::create_task(next());
        co_await rota::yield();
        numbers.close();
        EXPECT_NE(co_await what_of<rota::channel_closed>(receiving), "");
        EXPECT_FALSE(co_await looping);
    });
}

TEST(Channel, ACancelledWaitTakesAndSendsNothing) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(1);
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(numbers.receive(), 1ms)), "");
        EXPECT_TRUE(numbers.try_send(1));
        EXPECT_NE(co_await what_of<rota::timeout_error>(rota::wait_for(numbers.send(2), 1ms)), "");
        EXPECT_EQ(numbers.try_receive(), 1);
        EXPECT_EQ(numbers.try_receive(), std::nullopt);
    });
}

TEST(Channel, WhatWasHandedOverIsDeliveredAlsoWhereACancelComes) {
    run_simulated([]() -> coro<> {
        channel<int> numbers(1);
        int got = 0;
        auto receive = [&]() -> coro<> {
            got = co_await numbers.receive();
            co_await rota::yield();
        };
        auto const receiving = rota::create_task(receive());
        co_await rota::yield();
        EXPECT_TRUE(numbers.try_send(7));
        receiving.cancel();
        while (!receiving.done()) co_await rota::yield();
        EXPECT_EQ(got, 7);
        EXPECT_TRUE(receiving.cancelled());
    });
}

TEST(Channel, DestroyedUnderWhoWaitsIsMisuse) {
    run_simulated([]() -> coro<> {
        std::optional<channel<int>> numbers(1);
        auto receive = [&]() -> coro<> { (void)co_await numbers->receive(); };
        auto const receiving = rota::create_task(receive());
        co_await rota::yield();
        numbers.reset();
        EXPECT_NE(co_await what_of<rota::usage_error>(receiving), "");
    });
}

class ChannelBetweenLoops : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ChannelBetweenLoops, testing::ValuesIn(real_engines()), name_of);

// Three loops send, two receive, and tasks that wait are cancelled all the while: what was sent arrives once, and each
// receiver has it in each sender's order.
TEST_P(ChannelBetweenLoops, LosesNothingAndDoublesNothing) {
    for (std::size_t const capacity : {0U, 1U, 4U, 7U}) {
        channel<std::unique_ptr<int>> numbers(capacity);
        std::atomic<int> senders{3};
        std::atomic<std::int64_t> sent{0};
        std::atomic<std::int64_t> received{0};
        std::atomic<int> count{0};
        rota::engine_options const options(GetParam().kind);
        auto const send = [&](int from) {
            rota::run(rota::runner_options(options), [&]() -> coro<> {
                auto one = [&](int number) -> coro<> {
                    co_await numbers.send(std::make_unique<int>(number));
                    sent += number;
                };
                for (int i = 0; i < 300; ++i) {
                    auto const sending = rota::create_task(one(from * 1000 + i));
                    if (i % 3 == 0) {
                        co_await rota::yield();
                        sending.cancel();
                    }
                    while (!sending.done()) co_await rota::yield();
                }
            });
            if (--senders == 0) numbers.close();
        };
        auto const receive = [&] {
            rota::run(rota::runner_options(options), [&]() -> coro<> {
                bool open = true;
                std::array<int, 3> last{-1, -1, -1};
                auto one = [&]() -> coro<> {
                    auto const item = co_await numbers.next();
                    if (item) {
                        int& before = last[static_cast<std::size_t>(**item / 1000)];
                        EXPECT_LT(before, **item);
                        before = **item;
                        received += **item;
                        ++count;
                    } else {
                        open = false;
                    }
                };
                int rounds = 0;
                while (open) {
                    auto const receiving = rota::create_task(one());
                    co_await rota::yield();
                    if (++rounds % 3 == 0) receiving.cancel();
                    while (!receiving.done()) co_await rota::sleep(10us);
                }
            });
        };
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) threads.emplace_back(send, i);
        for (int i = 0; i < 2; ++i) threads.emplace_back(receive);
        for (auto& each : threads) each.join();
        EXPECT_EQ(sent, received);
        EXPECT_GE(count, 600);
        EXPECT_EQ(numbers.size(), 0U);
    }
}

TEST_P(ChannelBetweenLoops, AThreadWithoutALoopMaySendToo) {
    channel<int> numbers(1000);
    std::thread sender([&] {
        for (int i = 1; i <= 500; ++i) EXPECT_TRUE(numbers.try_send(i));
        numbers.close();
    });
    int const sum = run([&]() -> coro<int> {
        int total = 0;
        while (auto item = co_await numbers.next()) total += *item;
        co_return total;
    });
    sender.join();
    EXPECT_EQ(sum, 125250);
}

}  // namespace
