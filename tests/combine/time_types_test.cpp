// Any std::chrono duration limits and delays; points of other clocks do not compile.
#include "combine/combine_kit.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>

namespace {

using namespace combine_tests;

using days = std::chrono::duration<int, std::ratio<86400>>;
using seconds_as_double = std::chrono::duration<double>;
using milliseconds_as_float = std::chrono::duration<float, std::milli>;

template <class T>
concept sleeps = requires(T t) { rota::sleep(t); };
template <class T>
concept sleeps_until = requires(T t) { rota::sleep_until(t); };
template <class T>
concept limits = requires(T t) { rota::wait_for(rota::sleep(1s), t); };
template <class T>
concept limits_at = requires(T t) { rota::with_timeout_at(t, rota::sleep(1s)); };
template <class T>
concept makes_scope = requires(T t) { rota::timeout_scope{t}; };
template <class T>
concept limits_wait = requires(T t, std::vector<rota::task<>> tasks) { rota::wait(tasks, t); };
template <class T>
concept limits_as_completed = requires(T t, std::vector<rota::task<>> tasks) { rota::as_completed(tasks, t); };
template <class T>
concept calls_later = requires(T t, rota::loop& loop) { loop.call_later(t, [] {}); };
template <class T>
concept calls_at = requires(T t, rota::loop& loop) { loop.call_at(t, [] {}); };

template <class D>
constexpr bool is_delay_everywhere =
    sleeps<D> && limits<D> && makes_scope<D> && limits_wait<D> && limits_as_completed<D> && calls_later<D>;
static_assert(is_delay_everywhere<std::chrono::hours> && is_delay_everywhere<std::chrono::nanoseconds>);
static_assert(is_delay_everywhere<seconds_as_double> && is_delay_everywhere<milliseconds_as_float>);
static_assert(is_delay_everywhere<days>);
static_assert(limits<std::nullopt_t> && limits<std::optional<std::chrono::hours>> && makes_scope<std::nullopt_t>);
static_assert(limits<std::optional<seconds_as_double>> && limits_wait<std::optional<std::chrono::minutes>>);
static_assert(!sleeps<int> && !limits<int> && !makes_scope<double> && !limits_wait<int> && !calls_later<int>);

template <class P>
constexpr bool is_point_somewhere = sleeps_until<P> || limits_at<P> || makes_scope<P> || calls_at<P> || sleeps<P> ||
                                    limits<P> || limits_wait<P> || limits_as_completed<P> || calls_later<P>;
static_assert(!is_point_somewhere<std::chrono::system_clock::time_point>);
static_assert(!is_point_somewhere<std::chrono::steady_clock::time_point>);
static_assert(!is_point_somewhere<std::chrono::time_point<rota::clock, seconds_as_double>>, "it could be rounded up");

// Coarser points of the loop's clock are exact.
using whole_seconds = std::chrono::time_point<rota::clock, std::chrono::seconds>;
static_assert(sleeps_until<whole_seconds> && limits_at<whole_seconds> && calls_at<whole_seconds>);

template <class D>
rota::coro<rota::clock::duration> slept(D delay) {
    auto const begin = now();
    co_await rota::sleep(delay);
    co_return now() - begin;
}

TEST(time_types, every_duration_is_as_long_as_it_says) {
    run([]() -> rota::coro<> {
        EXPECT_EQ(co_await slept(std::chrono::hours(3)), 3h);
        EXPECT_EQ(co_await slept(days(2)), 48h);
        EXPECT_EQ(co_await slept(7ns), 7ns);
        EXPECT_EQ(co_await slept(seconds_as_double(0.5)), 500ms);
        EXPECT_EQ(co_await slept(milliseconds_as_float(2.5F)), 2500us);
        EXPECT_EQ(co_await slept(seconds_as_double(-1)), 0ns);
    });
}

TEST(time_types, every_duration_limits) {
    run([]() -> rota::coro<> {
        auto const begin = now();
        EXPECT_THROW(co_await rota::wait_for(rota::sleep(days(1)), std::chrono::hours(1)), rota::timeout_error);
        EXPECT_THROW(co_await rota::with_timeout(seconds_as_double(0.25), rota::sleep(days(1))), rota::timeout_error);
        std::optional<milliseconds_as_float> const limit(250.0F);
        EXPECT_THROW(co_await rota::wait_for(rota::sleep(days(1)), limit), rota::timeout_error);
        auto const task = rota::create_task(rota::sleep(days(1)));
        EXPECT_TRUE((co_await rota::wait(task)).done.size() == 1);
        EXPECT_EQ(now() - begin, 25h + 500ms);
        co_await rota::wait_for(rota::sleep(1s), seconds_as_double(1e300));
        co_await rota::wait_for(rota::sleep(1s), std::chrono::hours::max());
    });
}

TEST(time_types, deadlines_of_the_loops_clock) {
    run([]() -> rota::coro<> {
        auto const next = std::chrono::ceil<std::chrono::seconds>(now() + 1ns);
        co_await rota::sleep_until(next);
        EXPECT_EQ(now(), next);
        EXPECT_THROW(co_await rota::with_timeout_at(next + 2s, rota::sleep(days(1))), rota::timeout_error);
        EXPECT_EQ(now(), next + 2s);
    });
}

}  // namespace
