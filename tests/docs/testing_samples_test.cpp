// The samples in the headers of testing/, each where a reader could have put it.
#include <rota/rota.hpp>
#include <rota/testing/choice_tape.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace {

TEST(testing_samples, a_choice_tape_makes_a_program) {
    std::uint64_t const seed = 1;
    rota::queue<std::uint64_t> queue;
    rota::testing::choice_tape tape(seed);
    auto const workers = 1 + tape.choose(4);          // 1 to 4
    rota::testing::choice_tape::list jobs(tape, 10);  // 10 at most
    while (jobs.next()) queue.put_nowait(tape.choose(100));
    EXPECT_LE(workers, 4u);
    EXPECT_LE(queue.qsize(), 10u);
    EXPECT_EQ(tape.choices().size(), 1 + 2 * queue.qsize() + (queue.qsize() < 10 ? 1 : 0));
}

}  // namespace
