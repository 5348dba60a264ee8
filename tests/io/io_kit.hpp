// What the tests of streams share.
#pragma once

#include <rota/core/coro.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/engine/engine.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace io_kit {

using namespace std::chrono_literals;

/// Runs on the simulated engine: time is virtual, and what can never end is a `deadlock_error`.
template <class F>
auto run_simulated(F&& main, std::uint64_t seed = 0) {
    rota::engine_options options(rota::engine_kind::simulated);
    options.seed = seed;
    return rota::run(rota::runner_options(options), std::forward<F>(main));
}

/// The text of the E that comes out of `awaitable`; a failure where none does.
template <class E, class A>
rota::coro<std::string> what_of(A awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (E const& error) {
        co_return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    co_return "";
}

/// An engine to test on.
struct contestant {
    char const* name;
    rota::engine_kind kind;
    std::uint64_t seed = 0;
    friend std::ostream& operator<<(std::ostream& out, contestant const& one) { return out << one.name; }
};

inline std::vector<contestant> all_engines() {
    using enum rota::engine_kind;
    return {{"uring", uring},
            {"epoll", epoll},
            {"simulated", simulated},
            {"simulated_1", simulated, 1},
            {"simulated_2", simulated, 2},
            {"simulated_3", simulated, 3}};
}
inline std::vector<contestant> real_engines() {
    using enum rota::engine_kind;
    return {{"uring", uring}, {"epoll", epoll}};
}
inline std::string name_of(testing::TestParamInfo<contestant> const& info) { return info.param.name; }

class engine_test : public testing::TestWithParam<contestant> {
protected:
    template <class F>
    auto run(F&& main) {
        rota::engine_options options(GetParam().kind);
        options.seed = GetParam().seed;
        return rota::run(rota::runner_options(options), std::forward<F>(main));
    }
};

/// `size` bytes that tell their place.
inline std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 12345;
    for (char& each : bytes) {
        state = state * 1664525 + 1013904223;
        each = static_cast<char>(state >> 24);
    }
    return bytes;
}

}  // namespace io_kit
