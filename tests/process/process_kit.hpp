// What the tests of processes share.
#pragma once

#include <rota/core/run.hpp>
#include <rota/process/process.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

namespace process_kit {

using namespace std::chrono_literals;
using rota::coro;
namespace subprocess = rota::subprocess;

inline std::size_t open_descriptors() {
    auto const listed = std::filesystem::directory_iterator("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(listed), end(listed)));
}

/// No child of this program is left, running or dead.
inline bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

inline rota::process_options pipes() { return {subprocess::pipe, subprocess::pipe, subprocess::pipe}; }
inline rota::process_options quiet() { return {subprocess::devnull, subprocess::devnull, subprocess::devnull}; }

/// Each test on each engine of the kernel's; after it there is no child, and no descriptor that was not there before.
class process_test : public testing::TestWithParam<rota::engine_kind> {
protected:
    ~process_test() override {
        EXPECT_TRUE(no_child_is_left());
        EXPECT_EQ(open_descriptors(), descriptors_before_);
    }
    template <class Main>
    void run(Main&& main) {
        rota::run(rota::runner_options(GetParam()), std::forward<Main>(main));
    }

private:
    std::size_t descriptors_before_ = open_descriptors();
};

inline auto const engines = testing::Values(rota::engine_kind::uring, rota::engine_kind::epoll);
inline std::string engine_name(testing::TestParamInfo<rota::engine_kind> const& info) {
    return std::string(to_string(info.param));
}

}  // namespace process_kit
