#pragma once

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace combine_tests {

using namespace std::chrono_literals;

/// Runs it in virtual time, and looks whether frames or task blocks are left.
template <class... Main>
auto run(Main&&... main) {
    struct check {
        std::uint64_t frames = rota::detail::frame_pool::count().live();
        std::uint64_t blocks = rota::detail::slab_store::count().live();
        ~check() {
            EXPECT_EQ(rota::detail::frame_pool::count().live(), frames) << "frames are left";
            EXPECT_EQ(rota::detail::slab_store::count().live(), blocks) << "task blocks are left";
        }
    } const leaks;
    return rota::run(rota::runner_options(rota::engine_kind::simulated), std::forward<Main>(main)...);
}

using log = std::vector<std::string>;

// GCC 12 can not have a braced list in an expression with co_await.
template <class... Texts>
log notes(Texts... texts) {
    return {texts...};
}
template <class... Values>
std::vector<int> values(Values... of) {
    return {of...};
}

class key_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline rota::coro<int> value_after(int value, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    co_return value;
}

[[noreturn]] inline void fail(char const* text) { throw std::runtime_error(text); }

inline rota::coro<int> error_after(char const* text, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    fail(text);
}

/// Sleeps long, and notes how that ended.
inline rota::coro<> sleeper(log& of, std::string name, rota::clock::duration delay = 10s) {
    try {
        co_await rota::sleep(delay);
    } catch (rota::cancelled_error const&) {
        of.push_back(name + " cancelled");
        throw;
    }
    of.push_back(name + " slept");
}

/// Answers a cancel only after `slowly`.
inline rota::coro<> slow_to_stop(log& of, std::string name, rota::clock::duration slowly) {
    co_await rota::with_cleanup(rota::sleep(10s), [slowly] { return rota::sleep(slowly); });
    of.push_back(name + " was not cancelled");
}

inline std::string what_of(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return known.what();
    } catch (rota::cancelled_error const&) {
        return "cancelled";
    }
}

inline std::vector<std::string> texts(rota::exception_group const& group) {
    std::vector<std::string> found;
    for (auto const& error : group.exceptions()) found.push_back(what_of(error));
    return found;
}

inline rota::clock::time_point now() { return rota::running_loop().time(); }

inline rota::coro<> note_after(log& of, std::string text, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    of.push_back(std::move(text));
}

inline rota::coro<> fail_after(std::string text, rota::clock::duration delay) {
    co_await rota::sleep(delay);
    fail(text.c_str());
}

inline rota::coro<> fail_when_stopped(std::string text) {
    try {
        co_await rota::sleep(10s);
    } catch (rota::cancelled_error const&) {
        throw key_error(text);
    }
}

/// The errors with which `awaitable` ends.
template <class A>
rota::coro<std::vector<std::string>> group_errors(A awaitable) {
    auto const got = co_await rota::as_result(std::move(awaitable));
    try {
        got.value();
    } catch (rota::exception_group const& group) {
        co_return texts(group);
    }
    co_return {};
}

}  // namespace combine_tests
