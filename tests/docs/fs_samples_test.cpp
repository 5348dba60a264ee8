// The samples of code in the headers of files.
#include <rota/rota.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

template <class F>
void run_simulated(F&& main) {
    rota::run(rota::runner_options(rota::engine_options(rota::engine_kind::simulated)), std::forward<F>(main));
}

TEST(FsSamples, ALogIsReadLineByLine) {
    run_simulated([]() -> rota::coro<> {
        auto log = co_await rota::open_file("/tmp/log", "a+");
        co_await log.write("one\nthree\n");
        log.seek(0);
        std::size_t count = 0;
        auto lines = log.lines();
        while (auto line = co_await lines.next()) count += line->size();
        EXPECT_EQ(count, 8U);
    });
}

TEST(FsSamples, ATemporaryDirectoryIsGoneAfterwards) {
    run_simulated([]() -> rota::coro<> {
        co_await rota::with_temporary_directory([](std::string const& folder) -> rota::coro<> {
            co_await rota::write_file(folder + "/draft", "some text");
        });
        auto const left = co_await rota::list_directory("/tmp");
        EXPECT_TRUE(left.empty());
    });
}

TEST(FsSamples, AWalkLeavesOutWhatItIsTold) {
    run_simulated([]() -> rota::coro<> {
        std::string const folder = "/tmp";
        co_await rota::create_directories("/tmp/.git");
        co_await rota::write_file("/tmp/.git/head", "x");
        co_await rota::write_file("/tmp/source", "x");
        int files = 0;
        auto entries = rota::walk(folder);
        while (auto entry = co_await entries.next()) {
            if (entry->is_directory() && entry->name() == ".git") entry->enter = false;
            if (entry->is_regular_file()) ++files;
        }
        EXPECT_EQ(files, 1);
    });
}

TEST(FsSamples, AWatchEndsWhenItsDirectoryIsGone) {
    run_simulated([]() -> rota::coro<> {
        std::vector<std::string> names;
        std::vector<std::string> const expected{"new", "new", ""};
        co_await rota::create_directory("/tmp/in");
        auto watching = co_await rota::watch("/tmp/in");
        co_await rota::create_directory("/tmp/in/new");
        co_await rota::remove_all("/tmp/in");
        while (auto change = co_await watching.next()) names.push_back(change->name);
        EXPECT_EQ(names, expected);
    });
}

}  // namespace
