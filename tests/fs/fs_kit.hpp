// What the tests of files share: every engine, and a folder of one's own on its disk.
#pragma once

#include "io/io_kit.hpp"

#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fs_kit {

using namespace io_kit;
using rota::coro;

/// Each case runs `main(folder)` in a loop of each engine; the folder is gone afterwards.
class fs_test : public testing::TestWithParam<contestant> {
protected:
    template <class Main>
    void run(Main main, rota::engine_options options = {}) {
        options.kind = GetParam().kind;
        options.seed = GetParam().seed;
        rota::run(rota::runner_options(options), [&]() -> coro<> { co_await rota::with_temporary_directory(main); });
    }
    static bool real() { return GetParam().kind != rota::engine_kind::simulated; }
};

/// What is thrown is a system_error of this code; gives its text.
template <class A>
coro<std::string> refused(std::errc code, A awaitable) {
    try {
        co_await std::move(awaitable);
    } catch (rota::system_error const& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        co_return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    co_return "";
}

/// How many names are in a directory.
inline coro<std::size_t> names_in(std::string folder) {
    auto const all = co_await rota::list_directory(std::move(folder));
    co_return all.size();
}

/// Where files go by threads and where they go by a ring beside sockets that do not.
inline std::vector<contestant> all_that_do_files() {
    auto engines = all_engines();
    engines.push_back({"auto", rota::engine_kind::automatic});
    return engines;
}

/// Runs a suite on each of them.
#define ROTA_ON_ALL_ENGINES(suite) \
    INSTANTIATE_TEST_SUITE_P(engine, suite, testing::ValuesIn(all_that_do_files()), name_of)

}  // namespace fs_kit
