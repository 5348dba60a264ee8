// What the torture tests share.
#pragma once

#include <rota/rota.hpp>
#include <rota/testing/torture.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace torture_kit {

using namespace std::chrono_literals;
using rota::coro;
using rota::create_task;
using rota::testing::scenario;

/// The program's `operator new`. Of the first one allocation fails, of the second that one and all after it.
/// Whether the general allocator can be made to fail: not where a sanitizer keeps its own.
extern bool const general_memory_can_fail;
extern rota::testing::memory_source const general_memory;
extern rota::testing::memory_source const exhausted_memory;

/// The same where the tasks that a scenario makes run at once, up to their first suspension.
template <class Scenario>
struct eagerly : Scenario {
    eagerly() { rota::running_loop().set_task_factory(rota::eager_task_factory); }
};

inline void torture_each(std::string const& what, rota::testing::scenario_maker const& make,
                         rota::testing::torture_options const& how) {
    try {
        EXPECT_GT(rota::testing::cancel_torture(make, how).stopped, 0U) << what;
        for (auto const* memory : {&general_memory, &exhausted_memory})
            EXPECT_GT(rota::testing::allocation_torture(make, how, *memory).stopped, 0U) << what;
    } catch (rota::testing::torture_failure const& failure) {
        ADD_FAILURE() << what << ": " << failure.what();
    }
}

/// Cancels `Scenario` everywhere, and lets each of its allocations fail, under each of `ways`; and under the first of them
/// again with an eager task factory. `awaitables` names what is tortured, as `lock.acquire` or `gather/of tasks`;
/// every_awaitable_test.py looks whether one is missing.
template <class Scenario>
void torture(char const* awaitables, std::initializer_list<rota::testing::torture_options> ways = {{}}) {
    for (auto const& how : ways) {
        std::string const what =
            std::string(awaitables) + ", " + std::string(to_string(how.engine)) + ", seed " + std::to_string(how.seed);
        torture_each(what, [] { return std::make_unique<Scenario>(); }, how);
    }
    torture_each(
        std::string(awaitables) + ", eagerly", [] { return std::make_unique<eagerly<Scenario>>(); }, *ways.begin());
}

/// Where the engine has a say.
inline std::initializer_list<rota::testing::torture_options> const several_seeds = {0U, 1U, 2U, 3U};

inline rota::testing::torture_options on_engine(rota::engine_kind engine) {
    rota::testing::torture_options how;
    how.engine = engine;
    how.most_steps_apart = 4;  // a step there is a millisecond
    return how;
}
/// For what simulation has nothing of.
inline std::initializer_list<rota::testing::torture_options> const real_engines = {on_engine(rota::engine_kind::uring),
                                                                                   on_engine(rota::engine_kind::epoll)};

/// What a handler meets whose peer has gone.
inline bool is_lost_connection(rota::exception_context const& told) {
    try {
        if (told.exception) std::rethrow_exception(told.exception);
    } catch (std::system_error const& error) {
        return error.code() == std::errc::broken_pipe || error.code() == std::errc::connection_reset;
    } catch (...) {}
    return false;
}

inline coro<> read_to_the_end(rota::stream& from) {
    // Not `while (!(co_await from.read_some()).empty())`: GCC 12 loses an await in a condition where the body of the
    // coroutine has no variable in its outermost scope.
    while (true) {
        auto const piece = co_await from.read_some();
        if (piece.empty()) break;
    }
}

/// One of a number of coroutines that run, for as long as it lives.
class counted {
public:
    explicit counted(int& number) noexcept : number_(number) { ++number_; }
    counted(counted const&) = delete;
    counted& operator=(counted const&) = delete;
    ~counted() { --number_; }

private:
    int& number_;
};

inline coro<> turns(int count) {
    for (int i = 0; i < count; ++i) co_await rota::yield();
}

/// A value after a while, by a coroutine that is counted.
inline coro<int> value_after(int& running, int value, rota::clock::duration delay) {
    counted const here(running);
    co_await rota::sleep(delay);
    co_return value;
}

/// Whether all allocations fail from some point on, not one alone. Then a simulated disk or network can do little either: it
/// keeps its things in the program's memory, as a kernel does not.
bool memory_stays_short() noexcept;

/// Also where memory is short: a copy takes none.
inline std::runtime_error const expected_failure("as it was to fail");
[[noreturn]] inline void fail() { throw expected_failure; }
inline bool is_expected_failure(rota::exception_context const& told) {
    try {
        if (told.exception) std::rethrow_exception(told.exception);
    } catch (std::runtime_error const& error) {
        return std::string_view(error.what()) == expected_failure.what();
    } catch (...) {}
    return false;
}

inline coro<int> error_after(int& running, rota::clock::duration delay) {
    counted const here(running);
    co_await rota::sleep(delay);
    fail();
}

}  // namespace torture_kit
