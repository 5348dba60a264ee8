#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/core/exception_context.hpp>
#include <rota/core/task.hpp>
#include <rota/engine/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace rota::inline v0::testing {

/// One way to use an awaitable, for `cancel_torture` and `allocation_torture` to run again and again: made anew for each
/// run, inside a loop of its own, simulated unless `torture_options` say otherwise.
///
///     struct get_an_item : rota::testing::scenario {
///         rota::queue<int> items;
///         int got = 0;
///         rota::coro<> subject() override { got = co_await items.get(); }
///         rota::coro<> environment() override { co_await items.put(7); }
///         rota::coro<> verify() override {
///             require(got == 7 || items.qsize() == 1, "the item is lost");
///             co_return;
///         }
///     };
class ROTA_API scenario {
public:
    scenario() = default;
    scenario(scenario const&) = delete;
    scenario& operator=(scenario const&) = delete;
    virtual ~scenario() = default;

    /// What is tortured.
    virtual coro<> subject() = 0;
    /// What goes on beside it. Cancelled after `verify`.
    virtual coro<> environment();
    /// Runs when the subject has ended, however it did, with memory to be had again: throws where something was lost. Where
    /// an allocation failed the environment may have ended before it had done its part: `environment_failed` tells, and a
    /// `verify` that waits for that part is cancelled and holds.
    virtual coro<> verify();
    /// Whether the loop's exception handler may be told this. In `allocation_torture` it may always be told of what memory
    /// was short for (`std::bad_alloc`, `ENOMEM`, and what holds one of them); anything else is a failure of the torture
    /// unless this gives true. Asked after a run, of a scenario made for that: `task` and `handle` are empty.
    virtual bool expects(exception_context const& told) const;

    /// Whether an allocation has failed in this run: for `verify`.
    bool memory_ran_out() const noexcept { return memory_ran_out_; }
    /// Whether the environment has ended for want of memory, or was never begun: what it was to do may never be done.
    bool environment_failed() const;

    /// Throws where `holds` is false: the torture reports `otherwise` with the point at which it cancelled.
    static void require(bool holds, char const* otherwise) {
        if (!holds) throw std::logic_error(otherwise);
    }

private:
    friend class torture_run;
    bool memory_ran_out_ = false;
    task<> running_environment_;
};

/// Makes a fresh scenario for each run.
using scenario_maker = std::function<std::unique_ptr<scenario>()>;

/// How to torture.
struct torture_options {
    torture_options() = default;
    torture_options(std::uint64_t seed_of_all) : seed(seed_of_all) {}  // NOLINT(google-explicit-constructor)

    /// What the simulated engine draws from.
    std::uint64_t seed = 0;
    /// Where simulation has nothing of the kind, as with processes. What waits for ever there is not found out but hangs.
    engine_kind engine = engine_kind::simulated;
    /// The second cancel comes at most so many steps after the first. A subject that the first one leaves more time is in a
    /// shield, and sees no second one. 0: there is no second one.
    std::size_t most_steps_apart = 32;
};

/// What a torture did, so that a test can see that it did something.
struct torture_report {
    std::size_t runs = 0;
    /// Runs in which the subject ended by its cancellation (or by an exception when an allocation had failed).
    std::size_t stopped = 0;
    /// Runs in which it ended otherwise although it was asked to stop (or an allocation failed).
    std::size_t went_on = 0;
};

/// A torture found something wrong: what, and in which run.
class ROTA_API torture_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Runs the scenario once for each step (a resume of a task, a callback, or a look at the world) that it takes, and cancels
/// the subject before that step; then all of it again with a second cancel one step after the first, two steps, and so on while the
/// first one leaves the subject that much time; and all of that with the subject begun before the environment, and after
/// it. After each run `verify` must hold, the exception handler may not have been told of anything (see
/// `scenario::expects`), and no task, frame, block of a task or pending operation may be left. Throws `torture_failure` otherwise.
ROTA_API torture_report cancel_torture(scenario_maker const& make, torture_options const& how = {});

/// Where memory comes from that is neither a frame nor a task: what a program that replaces `operator new` knows of it.
struct memory_source {
    /// The `n`-th allocation of this thread from now on throws `std::bad_alloc` (1: the next one; 0: none); those after it
    /// may, until this is called with 0.
    void (*fail_allocation)(std::uint64_t n) = nullptr;
    /// How many this thread has asked for so far.
    std::uint64_t (*taken)() noexcept = nullptr;
};

/// Runs the scenario once for each allocation of a frame or a task that it makes, and lets that one fail; and likewise for
/// those of `other`, where it is given. The subject may end in any exception or none, but it must end: it may wait for ever
/// only where the environment failed for want of memory, and is cancelled then. After that `verify` must hold, the exception
/// handler may not have been told of anything but a want of memory (see `scenario::expects`), and nothing may be left over,
/// as with `cancel_torture`. Throws `torture_failure` otherwise.
ROTA_API torture_report allocation_torture(scenario_maker const& make, torture_options const& how = {},
                                           memory_source const& other = {});

}  // namespace rota::inline v0::testing
