#include <rota/core/schedule.hpp>

#include "core/core_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/future.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace {

using rota::coro;
using rota::schedule;
using rota::schedule_kind;
using namespace std::chrono_literals;

class Schedule : public core_kit::test {};

template <class Main>
auto run_with(schedule const& order, Main main) {
    return rota::run(rota::runner_options(rota::engine_kind::simulated, order), main());
}

coro<> note_turns(std::string& turns, char name, int count) {
    for (int i = 0; i < count; ++i) {
        turns.push_back(name);
        co_await rota::sleep(0s);
    }
}

// Who had its turn when: three tasks of four turns each.
std::string turns_of_three(schedule const& order) {
    std::string turns;
    auto main = [&]() -> coro<> {
        std::vector<rota::task<>> tasks;
        for (char const name : {'a', 'b', 'c'}) tasks.push_back(rota::create_task(note_turns(turns, name, 4)));
        for (auto const& task : tasks) co_await task;
    };
    run_with(order, main);
    return turns;
}

// Each `width` letters sorted: what ran in which turn of the loop, whatever the order.
std::string sorted_by(std::string turns, std::size_t width) {
    for (std::size_t i = 0; i + width <= turns.size(); i += width)
        std::sort(turns.begin() + static_cast<std::ptrdiff_t>(i),
                  turns.begin() + static_cast<std::ptrdiff_t>(i + width));
    return turns;
}

// Gives what it is told, then 0.
class told final : public rota::choice_source {
public:
    explicit told(std::vector<std::uint64_t> answers) : answers_(std::move(answers)) {}
    std::uint64_t choose(std::uint64_t bound) noexcept override {
        bounds.push_back(bound);
        return next_ < answers_.size() ? answers_[next_++] : 0;
    }
    std::vector<std::uint64_t> bounds;

private:
    std::vector<std::uint64_t> answers_;
    std::size_t next_ = 0;
};

TEST_F(Schedule, is_first_in_first_out_unless_another_is_asked_for) {
    EXPECT_EQ(turns_of_three(schedule()), "abcabcabcabc");
    EXPECT_EQ(turns_of_three(schedule(schedule_kind::fifo, 7)), "abcabcabcabc");
}

TEST_F(Schedule, shuffle_gives_all_that_are_ready_their_turn_before_any_has_a_second) {
    std::set<std::string> first_turns;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        auto const turns = turns_of_three(schedule(schedule_kind::shuffle, seed));
        ASSERT_EQ(sorted_by(turns, 3), "abcabcabcabc") << turns << " with seed " << seed;
        first_turns.insert(turns.substr(0, 3));
    }
    EXPECT_EQ(first_turns.size(), 6u);
}

TEST_F(Schedule, is_the_same_for_the_same_seed) {
    for (auto const kind : {schedule_kind::shuffle, schedule_kind::pct})
        EXPECT_EQ(turns_of_three(schedule(kind, 5)), turns_of_three(schedule(kind, 5)));
    EXPECT_NE(turns_of_three(schedule(schedule_kind::shuffle, 5)), turns_of_three(schedule(schedule_kind::shuffle, 6)));
}

TEST_F(Schedule, takes_the_seed_of_the_engine_where_it_has_none) {
    auto const with_engine_seed = [](std::uint64_t seed) {
        std::string turns;
        auto main = [&]() -> coro<> {
            auto a = rota::create_task(note_turns(turns, 'a', 8));
            auto b = rota::create_task(note_turns(turns, 'b', 8));
            co_await a;
            co_await b;
        };
        rota::runner_options options(rota::engine_kind::simulated, schedule(schedule_kind::shuffle));
        options.engine.seed = seed;
        rota::run(options, main());
        return turns;
    };
    EXPECT_EQ(with_engine_seed(3), with_engine_seed(3));
    EXPECT_NE(with_engine_seed(3), with_engine_seed(4));
}

TEST_F(Schedule, draws_from_a_source_of_choices_for_which_zero_is_first_in_first_out) {
    for (auto const kind : {schedule_kind::shuffle, schedule_kind::pct}) {
        told zeros({});
        EXPECT_EQ(turns_of_three(schedule(kind, zeros)), "abcabcabcabc");
        EXPECT_FALSE(zeros.bounds.empty());
    }
    told second_first({1});
    EXPECT_EQ(turns_of_three(schedule(schedule_kind::shuffle, second_first)).substr(0, 3), "bac");
    EXPECT_EQ(second_first.bounds.front(), 3u);
}

TEST_F(Schedule, random_ones_call_back_in_order) {
    for (auto const kind : {schedule_kind::shuffle, schedule_kind::pct}) {
        std::set<std::size_t> places;
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            std::string turns;
            auto main = [&]() -> coro<> {
                auto task = rota::create_task(note_turns(turns, 't', 1));
                for (char const name : {'1', '2', '3', '4'})
                    rota::running_loop().call_soon([&turns, name] { turns.push_back(name); });
                co_await task;
                while (turns.size() < 5) co_await rota::sleep(0s);
            };
            run_with(schedule(kind, seed), main);
            auto const place = turns.find('t');
            places.insert(place);
            turns.erase(place, 1);
            ASSERT_EQ(turns, "1234") << "seed " << seed;
        }
        EXPECT_GT(places.size(), 1u) << "the task always has the same place among the callbacks";
    }
}

TEST_F(Schedule, pct_lets_one_task_run_on_beside_others) {
    schedule without_changes(schedule_kind::pct);
    without_changes.changes = 0;
    std::set<std::string> all;
    for (without_changes.seed = 1; without_changes.seed <= 50; ++without_changes.seed)
        all.insert(turns_of_three(without_changes));
    EXPECT_EQ(all, (std::set<std::string>{"aaaabbbbcccc", "aaaaccccbbbb", "bbbbaaaacccc", "bbbbccccaaaa",
                                          "ccccaaaabbbb", "ccccbbbbaaaa"}));
}

TEST_F(Schedule, pct_holds_a_task_up_where_a_change_is_drawn) {
    schedule one_change(schedule_kind::pct);
    told choices({2, 3, 2, 1});  // the change before the third step; then the tasks' priorities
    one_change.choices = &choices;
    one_change.changes = 1;
    EXPECT_EQ(turns_of_three(one_change), "aabbbbccccaa");
}

TEST_F(Schedule, pct_starves_nobody) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        bool changed = false;
        auto advances = [&]() -> coro<> {
            auto ready = rota::create_future<void>();
            auto waits = [&]() -> coro<> {
                co_await ready;
                changed = true;
            };
            auto spins = [&]() -> coro<> {
                while (!changed) co_await rota::sleep(0s);
            };
            auto waiter = rota::create_task(waits());
            auto spinner = rota::create_task(spins());
            auto another = rota::create_task(spins());
            ready.set_result();
            co_await waiter;
            co_await spinner;
            co_await another;
        };
        run_with(schedule(schedule_kind::pct, seed), advances);
        EXPECT_TRUE(changed);
    }
}

TEST_F(Schedule, comes_from_the_environment_where_none_is_asked_for) {
    ASSERT_EQ(::setenv("ROTA_SCHEDULE", "shuffle", 1), 0);
    ASSERT_EQ(::setenv("ROTA_SEED", "12", 1), 0);
    auto const turns = turns_of_three(schedule());
    auto const asked_for = turns_of_three(schedule(schedule_kind::fifo));
    ::unsetenv("ROTA_SEED");
    ASSERT_EQ(::setenv("ROTA_SCHEDULE", "lifo", 1), 0);
    auto const refusal = core_kit::what_of<rota::usage_error>([] { turns_of_three(schedule()); });
    ::unsetenv("ROTA_SCHEDULE");
    EXPECT_EQ(turns, turns_of_three(schedule(schedule_kind::shuffle, 12)));
    EXPECT_EQ(asked_for, "abcabcabcabc");
    EXPECT_EQ(refusal, "ROTA_SCHEDULE=lifo: no such schedule; use fifo, shuffle or pct");
}

TEST_F(Schedule, random_ones_keep_timers_and_sleep_in_order_of_their_deadlines) {
    for (auto const kind : {schedule_kind::shuffle, schedule_kind::pct})
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            std::string woken;
            auto main = [&]() -> coro<> {
                auto sleeps = [&](char name, std::chrono::milliseconds time) -> coro<> {
                    co_await rota::sleep(time);
                    woken.push_back(name);
                };
                auto late = rota::create_task(sleeps('3', 3ms));
                auto early = rota::create_task(sleeps('1', 1ms));
                auto middle = rota::create_task(sleeps('2', 2ms));
                co_await late;
                co_await early;
                co_await middle;
            };
            run_with(schedule(kind, seed), main);
            ASSERT_EQ(woken, "123") << "seed " << seed;
        }
}

}  // namespace
