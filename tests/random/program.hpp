// Small programs of a few tasks, made at random from a choice tape.
#pragma once

#include <rota/core/schedule.hpp>
#include <rota/testing/choice_tape.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace random_programs {

enum class step_kind : std::uint8_t {
    use,          // an operation of what is tested
    hold,         // the same round a body, with an end that always comes
    spawn,        // an operation that is given children, which are its body
    child,        // one of those, with a body
    yield,        // these need nothing
    sleep,        // for `value` ms
    cancel,       // task `value`
    raise,        // throws
    reschedule,   // the innermost time-out around it: `value` ms from now; 0: takes its deadline away
    timeout,      // `value` ms for a body
    handle,       // a body whose errors are caught
    acknowledge,  // a body whose cancel is caught and acknowledged
    shield,       // a body that sees no cancel, which has a time-out of its own
    cleanup,      // a body, and at last what has to be done behind it, which is step `value`
    finally,      // that, in a shield
    scope,        // an operation of what is tested round a body, in the same task
};

struct step {
    step_kind kind;
    std::uint8_t which = 0;  // the operation
    std::int16_t value = 0;  // ticks, a task, what the operation is given
    std::uint16_t end = 0;   // the step after its body
};

inline bool is_of_subject(step_kind kind) { return kind <= step_kind::spawn || kind == step_kind::scope; }

struct range {
    std::size_t begin;
    std::size_t end;
};

/// What can be done with what is tested.
struct operation {
    char const* name;
    std::uint8_t weight = 2;          // how often it comes
    std::uint8_t values = 0;          // it is given one of so many; 0: nothing
    bool waits = true;                // else it is done at once, also with a cancel pending
    step_kind kind = step_kind::use;  // a block: it comes so much oftener
    bool inside = false;              // it makes sense only inside of a `hold`, which is then the first operation
};

struct program {
    std::uint8_t parameter = 0;
    bool network = false;  // a simulated one, whose seed is the parameter
    rota::schedule_kind schedule = rota::schedule_kind::fifo;
    std::vector<step> steps;
    std::vector<range> tasks;   // those the program begins with
    std::size_t all_tasks = 0;  // and their children, numbered as they come
};

/// How long a time-out is. Where nobody sees whether a call has waited, no two end together: the order would be a guess.
inline std::chrono::nanoseconds timeout_of(program const& in, std::size_t step) {
    std::chrono::milliseconds const ticks(in.steps[step].value);
    return in.network ? ticks + std::chrono::microseconds(step + 1) : ticks;
}

program generate(rota::testing::choice_tape& tape, std::vector<operation> const& operations, std::uint8_t parameters);

/// For people.
std::string to_text(program const& shown, std::vector<operation> const& operations, char const* subject);
std::string to_text(step const& shown, std::vector<operation> const& operations);

}  // namespace random_programs
