#pragma once

#include <rota/base/clock.hpp>

#include <chrono>
#include <optional>
#include <type_traits>

namespace rota::inline v0::detail {

template <class L>
inline constexpr bool is_delay = std::is_same_v<L, std::nullopt_t>;
template <class Rep, class Period>
inline constexpr bool is_delay<std::chrono::duration<Rep, Period>> = true;
template <class Rep, class Period>
inline constexpr bool is_delay<std::optional<std::chrono::duration<Rep, Period>>> = true;

/// What limits how long something may take: a duration, an optional one, or `std::nullopt`.
template <class L>
concept delay = is_delay<std::remove_cvref_t<L>>;

template <class L>
concept delay_without_unit = std::is_arithmetic_v<std::remove_cvref_t<L>>;
/// What makes it an error with this name in it.
struct write_1s_or_500ms_with_std_chrono_literals {};

/// The delay as a point `now` is to be added to; `never` where there is no limit, or one too large to represent.
inline clock::time_point delay_point(std::nullopt_t) noexcept { return clock::never(); }
template <class Rep, class Period>
clock::time_point delay_point(std::chrono::duration<Rep, Period> limit) noexcept {
    return deadline_after(clock::time_point{}, limit);
}
template <class Rep, class Period>
clock::time_point delay_point(std::optional<std::chrono::duration<Rep, Period>> limit) noexcept {
    return limit ? delay_point(*limit) : clock::never();
}
/// The same as a duration, none where there is no limit.
template <delay Limit>
std::optional<clock::duration> delay_duration(Limit limit) noexcept {
    clock::time_point const point = delay_point(limit);
    if (point == clock::never()) return std::nullopt;
    return point.time_since_epoch();
}
inline clock::time_point deadline_of(clock::time_point now, clock::time_point delay) noexcept {
    return delay == clock::never() ? delay : deadline_after(now, delay.time_since_epoch());
}

}  // namespace rota::inline v0::detail
