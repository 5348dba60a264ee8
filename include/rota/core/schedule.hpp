#pragma once

#include <rota/base/export.hpp>

#include <cstdint>
#include <string_view>

namespace rota::inline v0 {

/// In which order tasks that are ready take their turns.
///
/// - `fifo`: the one that became ready first.
/// - `shuffle`: those that are ready when a turn of the loop begins run in that turn, in any order.
/// - `pct`: each task has a random priority, and of those that are ready the highest runs, alone in its turn. Some steps
///   (`schedule::changes` of them, drawn from the first `schedule::length`) put the task that would have run below all
///   others. It finds what takes a task to be held up for long. (Burckhardt, Kothari, Musuvathi, Nagarakatte: A randomized
///   scheduler with probabilistic guarantees of finding bugs.)
/// - `automatic`: what the environment's `ROTA_SCHEDULE` names, else `fifo`.
///
/// With `shuffle` and `pct` still holds: callbacks of the loop run in the order in which they were scheduled; what becomes
/// ready in a turn does not run in it; with `shuffle` all that is ready runs in the next one; with `pct` a task that has run
/// 64 times while others were ready goes below them, so that nothing waits for ever. Locks, semaphores, queues and the like
/// serve first come first served, since they hand over what they have when it is there; but who got something first need
/// not be the first to run. What no longer holds: that tasks begin in the order in which they were made, that of two tasks
/// which are woken the first runs first, or that a callback runs before a task which became ready after it. A program
/// that needs one of those is one that a timer or a network will break one day.
///
/// asyncio: has nothing like it; tasks run first in, first out.
enum class schedule_kind : std::uint8_t { automatic, fifo, shuffle, pct };

/// Where the choices of a random schedule come from, if not from a seed: `testing::choice_tape` is one.
///
/// asyncio: has nothing like it.
class ROTA_API choice_source {
public:
    /// A number from 0 to `bound - 1`. 0 is the plain one: if all are 0, the schedule is first in, first out.
    ///
    /// asyncio: has nothing like it.
    virtual std::uint64_t choose(std::uint64_t bound) noexcept = 0;

protected:
    choice_source() = default;
    choice_source(choice_source const&) = default;
    choice_source& operator=(choice_source const&) = default;
    ~choice_source() = default;
};

/// The order of turns of a loop: `runner_options::schedule`. The same program with the same seed runs in the same order on the
/// simulated engine; on the others the world has its say.
///
/// A random order costs a few allocations and a look at the world after each turn: it is for tests.
///
/// asyncio: has nothing like it; tasks run first in, first out.
struct schedule {
    schedule() = default;
    explicit schedule(schedule_kind wanted, std::uint64_t from = 0) noexcept : kind(wanted), seed(from) {}
    schedule(schedule_kind wanted, choice_source& from) noexcept : kind(wanted), choices(&from) {}

    schedule_kind kind = schedule_kind::automatic;
    /// What random orders are drawn from. 0: the seed of the engine's options, or `ROTA_SEED`.
    std::uint64_t seed = 0;
    /// What they are drawn from instead; it must outlive the loop.
    choice_source* choices = nullptr;
    /// Of `pct`: how often a priority changes, and within how many steps. Few changes find most faults.
    std::uint32_t changes = 2;
    std::uint32_t length = 200;
};

/// `auto`, `fifo`, `shuffle`, `pct`.
ROTA_API std::string_view to_string(schedule_kind kind) noexcept;

}  // namespace rota::inline v0
