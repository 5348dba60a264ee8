// How a step, a task or what it awaits ended.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace random_programs {

/// How something ended, as far as a model can foretell.
enum class ending : std::uint8_t {
    none,
    value,
    cancelled,
    timed_out,
    raised,
    group,
    misuse,
    shut_down,
    full,
    empty,
    broken,
    invalid,
    stranger
};

struct outcome {
    ending how = ending::none;
    std::int32_t value = 0;
    friend bool operator==(outcome const&, outcome const&) = default;
};

/// One that somebody has to see.
inline bool is_error(outcome of) { return of.how != ending::value && of.how != ending::cancelled; }

std::string to_text(outcome shown);
outcome outcome_of(std::exception_ptr const& error);
/// Of what a catch block is in.
outcome current_outcome();

/// What the steps throw.
struct raised_error {
    int by = 0;
};

}  // namespace random_programs
