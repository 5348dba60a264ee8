#include <rota/testing/choice_tape.hpp>

#include <rota/base/error.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

using rota::coro;
using rota::testing::choice_tape;
using rota::testing::shrink;
using choices = choice_tape::choices_type;
using namespace std::chrono_literals;

// A list of numbers below 1000.
std::vector<std::uint64_t> some_numbers(choice_tape& tape) {
    std::vector<std::uint64_t> numbers;
    choice_tape::list items(tape, 40, 20);
    while (items.next()) numbers.push_back(tape.choose(1000));
    return numbers;
}

// A tape on which `fails`, from the first seed that gives one.
template <class Fails>
choices failing_tape(Fails fails) {
    for (std::uint64_t seed = 1; seed < 10'000; ++seed) {
        choice_tape tape(seed);
        if (fails(tape)) return tape.choices();
    }
    ADD_FAILURE() << "no seed fails";
    return {};
}

TEST(ChoiceTape, chooses_the_same_for_the_same_seed_and_keeps_to_the_bound) {
    choice_tape first(7);
    choice_tape again(7);
    choice_tape other(8);
    bool differs = false;
    for (std::uint64_t bound = 1; bound < 200; ++bound) {
        auto const chosen = first.choose(bound);
        EXPECT_LT(chosen, bound);
        EXPECT_EQ(again.choose(bound), chosen);
        differs = other.choose(bound) != chosen || differs;
    }
    EXPECT_TRUE(differs);
}

TEST(ChoiceTape, replays_what_it_recorded) {
    choice_tape recording(3);
    auto const numbers = some_numbers(recording);
    choice_tape replaying(recording.choices());
    EXPECT_EQ(some_numbers(replaying), numbers);
    EXPECT_EQ(replaying.choices(), recording.choices());
}

TEST(ChoiceTape, gives_the_largest_that_there_is_and_zeros_past_its_end) {
    choice_tape tape(choices{9, 2});
    EXPECT_EQ(tape.choose(4), 3u);
    EXPECT_EQ(tape.choose(4), 2u);
    EXPECT_EQ(tape.choose(4), 0u);
    EXPECT_EQ(tape.choices(), (choices{3, 2, 0}));
}

TEST(ChoiceTape, goes_through_text_and_back) {
    choice_tape tape(choices{3, 0, 12});
    for (int i = 0; i < 5; ++i) tape.choose(100);
    EXPECT_EQ(tape.to_string(), "3 0 12");
    auto again = choice_tape::from_string(tape.to_string());
    EXPECT_EQ(again.choose(100), 3u);
    EXPECT_EQ(again.choose(100), 0u);
    EXPECT_EQ(again.choose(100), 12u);
    EXPECT_THROW(choice_tape::from_string("3 x"), rota::usage_error);
}

TEST(ChoiceTape, a_list_has_no_more_items_than_it_may_and_each_is_a_part) {
    choice_tape tape(choices{1, 5, 1, 6, 1, 7, 1, 8});
    std::vector<std::uint64_t> items;
    choice_tape::list list(tape, 3);
    while (list.next()) items.push_back(tape.choose(100));
    EXPECT_EQ(items, (std::vector<std::uint64_t>{5, 6, 7}));
    ASSERT_EQ(tape.parts().size(), 3u);
    EXPECT_EQ(tape.parts()[1].begin, 2u);
    EXPECT_EQ(tape.parts()[1].end, 4u);
}

TEST(ChoiceTape, shrinks_a_list_to_the_one_item_that_fails_at_its_least_value) {
    auto const fails = [](choice_tape& tape) {
        for (auto const number : some_numbers(tape))
            if (number >= 500) return true;
        return false;
    };
    auto const least = shrink(failing_tape(fails), fails);
    EXPECT_EQ(least.choices, (choices{1, 500}));
    EXPECT_FALSE(least.gave_up);
}

TEST(ChoiceTape, shrinks_what_needs_two_items) {
    auto const fails = [](choice_tape& tape) {
        auto const numbers = some_numbers(tape);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            for (std::size_t j = i + 1; j < numbers.size(); ++j)
                if (numbers[i] > numbers[j]) return true;  // not sorted
        return false;
    };
    auto const least = shrink(failing_tape(fails), fails);
    choice_tape tape(least.choices);
    EXPECT_EQ(some_numbers(tape), (std::vector<std::uint64_t>{1, 0}));
}

TEST(ChoiceTape, shrinking_gives_up_after_so_many_runs_with_the_best_it_has) {
    auto const fails = [](choice_tape& tape) { return some_numbers(tape).size() > 3; };
    auto const start = failing_tape(fails);
    auto const best = shrink(start, fails, 10);
    EXPECT_TRUE(best.gave_up);
    EXPECT_EQ(best.runs, 10u);
    EXPECT_LE(best.choices.size(), start.size());
}

TEST(ChoiceTape, leaves_choices_that_do_not_fail_as_they_are) {
    auto const never = [](choice_tape&) { return false; };
    EXPECT_EQ(shrink({4, 5}, never).choices, (choices{4, 5}));
}

// A counter that several tasks raise, with a turn given up between reading and writing: lost where two of them overlap.
coro<> raise(int& counter, std::uint64_t turns_before) {
    for (std::uint64_t i = 0; i < turns_before; ++i) co_await rota::sleep(0s);
    int const read = counter;
    co_await rota::sleep(0s);
    counter = read + 1;
}

TEST(ChoiceTape, a_program_and_its_schedule_shrink_together) {
    int tasks = 0;
    std::size_t choices_of_program = 0;
    auto const fails = [&](choice_tape& tape) {
        int counter = 0;
        tasks = 0;
        std::vector<std::uint64_t> turns;
        choice_tape::list items(tape, 5, 5);
        while (items.next()) turns.push_back(3 * tape.choose(4));
        choices_of_program = tape.choices().size();
        auto const main = [&]() -> coro<> {
            std::vector<rota::task<>> all;
            for (auto const before : turns) all.push_back(rota::create_task(raise(counter, before)));
            for (auto const& task : all) co_await task;
        };
        rota::schedule order(rota::schedule_kind::shuffle, tape);
        rota::run(rota::runner_options(rota::engine_kind::simulated, order), main());
        tasks = static_cast<int>(turns.size());
        // A newer task that writes before an older one is what only another order than the first gives.
        return counter < tasks;
    };
    auto const least = shrink(failing_tape(fails), fails);
    choice_tape tape(least.choices);
    EXPECT_TRUE(fails(tape));
    EXPECT_EQ(tasks, 2);
    EXPECT_LE(least.choices.size(), choices_of_program) << "it needs no other order than first in, first out";
}

// The same with a fault that first in, first out does not show: the second task must come before the first.
TEST(ChoiceTape, a_schedule_shrinks_to_the_one_choice_that_matters) {
    auto const fails = [&](choice_tape& tape) {
        bool first_began = false;
        bool second_was_first = false;
        auto const first = [&]() -> coro<> {
            first_began = true;
            co_return;
        };
        auto const second = [&]() -> coro<> {
            second_was_first = !first_began;
            co_return;
        };
        auto const main = [&]() -> coro<> {
            for (int i = 0; i < 4; ++i) co_await rota::sleep(0s);
            auto const a = rota::create_task(first());
            auto const b = rota::create_task(second());
            co_await a;
            co_await b;
        };
        rota::schedule order(rota::schedule_kind::shuffle, tape);
        rota::run(rota::runner_options(rota::engine_kind::simulated, order), main());
        return second_was_first;
    };
    EXPECT_EQ(shrink(failing_tape(fails), fails).choices, (choices{1}));
}

}  // namespace
