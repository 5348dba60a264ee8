#pragma once

#include <rota/base/export.hpp>

#include <chrono>
#include <cstdint>

namespace rota::inline v0 {

/// The loop's clock: 64-bit nanoseconds that never go back. Real loops read the monotonic clock; a simulated loop
/// jumps to the next event. Time points of other clocks do not convert, so a deadline can not mix them up.
///
/// asyncio: `loop.time()`, which is a float of seconds.
struct clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<clock>;
    static constexpr bool is_steady = true;

    /// The time of the loop that runs in this thread, or of the monotonic clock where none runs.
    ROTA_API static time_point now() noexcept;

    /// A deadline that never comes.
    static constexpr time_point never() noexcept { return time_point::max(); }
};

namespace detail {

/// Where a thread's clock comes from; an engine is one.
class clock_source {
public:
    virtual clock::time_point now() noexcept = 0;

protected:
    ~clock_source() = default;
};

/// The monotonic clock of the machine.
ROTA_API clock::time_point monotonic_now() noexcept;

/// Makes `source` the clock of this thread (nullptr: the monotonic one) and returns the one before.
ROTA_API clock_source* exchange_clock_source(clock_source* source) noexcept;

/// `now + delay`: a negative delay is none, one too large to represent never comes.
template <class Rep, class Period>
constexpr clock::time_point deadline_after(clock::time_point now, std::chrono::duration<Rep, Period> delay) noexcept {
    if (!(delay > delay.zero())) return now;
    // Compared as long double, which holds every duration a caller can spell, before the cast that could overflow.
    using wide = std::chrono::duration<long double, std::nano>;
    if (wide(delay) >= wide(clock::never() - now)) return clock::never();
    auto const whole = std::chrono::duration_cast<clock::duration>(delay);
    return now + whole;
}

}  // namespace detail
}  // namespace rota::inline v0
