// Runs a random program on the simulated engine and notes what happens.
#pragma once

#include "outcome.hpp"
#include "program.hpp"

#include <rota/core/coro.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace random_programs {

enum class event_kind : std::uint8_t {
    task_begins,
    task_ends,     // the result's value: its `cancelling()`
    begins,        // a step
    ends,          // the same
    leaves,        // the end of a `hold`
    cancels,       // task `value`
    enters,        // a time-out, a shield, a clean-up
    body_ends,     // inside of it
    exits,         // outside of it; of a time-out `value`: whether it has expired
    moves,         // the deadline of the innermost time-out; the result: whether that was possible
    acknowledges,  // a cancel; the result's value: how many are left
    tells,         // the subject does: `value`
    stuck,         // nothing can happen any more; `value`: the state of the subject
};

struct event {
    std::int64_t at;  // nanoseconds
    event_kind kind;
    std::int16_t task;  // -1: the driver
    std::uint16_t step;
    std::int32_t value;
    outcome result;
    std::int32_t cancelling;  // the task's; -1: not known
};

/// What a `spawn` is given to run as tasks.
class children {
public:
    virtual std::size_t count() const = 0;
    /// The number of the task that one of them is to be.
    virtual int number(std::size_t which) const = 0;
    /// The body of one of them; its value is its task's number.
    virtual rota::coro<int> make(std::size_t which) = 0;

protected:
    ~children() = default;
};

struct use {
    int which;
    int value;
    int task;
    int step;  // no two of a program are the same
    children* kids;
};

class listener {
public:
    virtual void hear(int value) = 0;

protected:
    ~listener() = default;
};

/// What is tested: made anew for each program.
class subject {
public:
    subject() = default;
    subject(subject const&) = delete;
    subject& operator=(subject const&) = delete;
    virtual ~subject() = default;

    virtual rota::coro<int> perform(use now) = 0;
    /// Before the first task begins and after the last one has ended.
    virtual rota::coro<> open();
    virtual rota::coro<> close();
    /// A `scope`: awaits the body in the same task.
    virtual rota::coro<> around(use now, rota::coro<> body);
    /// The end of a `hold`: does not wait.
    virtual void leave(use now);
    /// What can be seen of it from outside, to be compared with the model's.
    virtual int state() const { return 0; }

    listener* told = nullptr;

protected:
    /// Has the model know, now, what it can not foretell.
    void tell(int value) const { told->hear(value); }
};

struct run_result {
    std::vector<event> log;
    int reports = 0;    // to the exception handler
    std::string fault;  // what is wrong whatever the model says
};

using subject_maker = std::unique_ptr<subject> (*)(int parameter);

void run(program const& to_run, subject_maker make, rota::testing::choice_tape& choices, run_result& into);

}  // namespace random_programs
