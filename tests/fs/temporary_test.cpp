#include "core/core_kit.hpp"
#include "fs_kit.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/core/debug.hpp>

#include <cstdint>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace fs_kit;

class Temporary : public fs_test {};

TEST_P(Temporary, AFileHasNoName) {
    run([](std::string const& folder) -> coro<> {
        auto made = co_await rota::temporary_file(folder);
        co_await made.write("content");
        made.seek(0);
        EXPECT_EQ(co_await made.read_all(), "content");
        EXPECT_EQ(co_await names_in(folder), 0U);
        EXPECT_EQ((co_await made.status()).links, 0U);
        co_await refused(std::errc::no_such_file_or_directory, rota::temporary_file(folder + "/no/such"));
        auto const elsewhere = co_await rota::temporary_file();
        EXPECT_TRUE(elsewhere);
    });
}

TEST_P(Temporary, NothingIsLeftWhereThereIsNoMemoryToRemoveIt) {
    run([](std::string const& folder) -> coro<> {
        auto const nothing = [&](rota::coro<> made, std::uint64_t n) -> coro<bool> {
            rota::detail::frame_pool::fail_allocation(n);
            bool went_well = true;
            try {
                co_await std::move(made);
            } catch (std::bad_alloc const&) {
                went_well = false;
            }
            rota::detail::frame_pool::fail_allocation(0);
            EXPECT_EQ(co_await names_in(folder), 0U) << "frame " << n;
            co_return went_well;
        };
        auto const file = [&]() -> coro<> { (void)co_await rota::temporary_file(folder); };
        std::string path;
        auto const body = [&](std::string const& at) -> coro<> {
            path = at;
            co_await rota::create_directory(at + "/a");
        };
        bool went_well = false;
        for (std::uint64_t n = 1; !went_well && n < 100; ++n) went_well = co_await nothing(file(), n);
        EXPECT_TRUE(went_well);
        went_well = false;
        for (std::uint64_t n = 1; !went_well && n < 100; ++n) {
            path = "/no/such";
            went_well = co_await nothing(rota::with_temporary_directory(body), n);
            EXPECT_FALSE(co_await rota::exists(path)) << "frame " << n;
        }
        EXPECT_TRUE(went_well);
    });
}

TEST_P(Temporary, ForWantOfMemoryNoCoroutineOfADirectoryIsLeftUnawaited) {
    bool const before = rota::debug_mode();
    rota::set_debug_mode(true);
    run([](std::string const&) -> coro<> {
        auto const body = [](std::string const&) -> coro<> { co_return; };
        bool went_well = false;
        for (std::uint64_t n = 1; !went_well && n < 100; ++n) {
            core_kit::reports const heard;
            rota::detail::frame_pool::fail_allocation(n);
            try {
                co_await rota::with_temporary_directory(body);
                went_well = true;
            } catch (std::bad_alloc const&) {  // is what it is about
            }
            rota::detail::frame_pool::fail_allocation(0);
            co_await rota::yield();
            EXPECT_EQ(heard.told, std::vector<std::string>()) << "frame " << n;
        }
        EXPECT_TRUE(went_well);
    });
    rota::set_debug_mode(before);
}

TEST_P(Temporary, ADirectoryIsGoneWithAllThatIsInIt) {
    run([](std::string const&) -> coro<> {
        std::string path;
        auto body = [&](std::string const& folder, int answer) -> coro<int> {
            path = folder;
            co_await rota::create_directories(folder + "/a/b/c");
            co_await rota::write_file(folder + "/a/b/some", "x");
            co_return answer;
        };
        EXPECT_EQ(co_await rota::with_temporary_directory(body, 42), 42);
        EXPECT_FALSE(path.empty());
        EXPECT_FALSE(co_await rota::exists(path));
    });
}

TEST_P(Temporary, ADirectoryIsGoneWhenItsBodyThrowsOrIsCancelled) {
    run([](std::string const&) -> coro<> {
        std::string path;
        auto failing = [&](std::string const& folder) -> coro<> {
            path = folder;
            co_await rota::write_file(folder + "/some", "x");
            throw std::runtime_error("as it was to fail");
        };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::with_temporary_directory(failing)), "as it was to fail");
        EXPECT_FALSE(co_await rota::exists(path));
        auto waiting = [&](std::string const& folder) -> coro<> {
            path = folder;
            co_await rota::sleep(1h);
        };
        path.clear();
        auto const task = rota::create_task(rota::with_temporary_directory(waiting));
        while (path.empty()) co_await rota::sleep(1ms);
        task.cancel();
        co_await rota::wait(task);
        EXPECT_TRUE(task.cancelled());
        EXPECT_FALSE(co_await rota::exists(path));
    });
}

ROTA_ON_ALL_ENGINES(Temporary);

}  // namespace
