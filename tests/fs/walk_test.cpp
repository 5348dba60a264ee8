#include "fs_kit.hpp"

#include <unistd.h>

namespace {

using namespace fs_kit;

class Walk : public fs_test {};

coro<> plant(std::string folder) {
    co_await rota::create_directories(folder + "/a/inner");
    co_await rota::create_directories(folder + "/b");
    for (char const* name : {"/a/1", "/a/inner/2", "/b/3", "/4"}) co_await rota::write_file(folder + name, "");
    co_await rota::create_symlink("../b", folder + "/a/link");
}

/// The paths below `folder`, a directory with a slash, a link with an arrow.
coro<std::string> walked(std::string folder, rota::walk_options options = {}) {
    std::string all;
    auto entries = rota::walk(folder, options);
    while (auto entry = co_await entries.next()) {
        all += entry->path.substr(folder.size());
        EXPECT_EQ(entry->name(), entry->path.substr(entry->path.rfind('/') + 1));
        if (entry->is_directory()) all += '/';
        if (entry->is_symlink()) all += "->";
        all += std::to_string(entry->depth) + ' ';
    }
    co_return all;
}

TEST_P(Walk, GivesEachDirectoryBeforeWhatIsInIt) {
    run([](std::string const& folder) -> coro<> {
        co_await plant(folder);
        EXPECT_EQ(co_await walked(folder), "/40 /a/0 /a/11 /a/inner/1 /a/inner/22 /a/link->1 /b/0 /b/31 ");
        co_await refused(std::errc::no_such_file_or_directory, walked(folder + "/no"));
        co_await refused(std::errc::not_a_directory, walked(folder + "/4"));
    });
}

TEST_P(Walk, FollowsLinksWhereItIsAskedToAndGoesInNoRing) {
    run([](std::string const& folder) -> coro<> {
        co_await plant(folder);
        co_await rota::create_symlink("..", folder + "/b/up");
        co_await rota::create_symlink("nowhere", folder + "/b/wrong");
        rota::walk_options options;
        options.follow_links = true;
        EXPECT_EQ(co_await walked(folder + "/a", options),
                  "/10 /inner/0 /inner/21 /link/0 /link/31 /link/up/1 /link/up/42 /link/up/a/2 /link/up/b/2 "
                  "/link/wrong->1 ");
    });
}

TEST_P(Walk, LeavesOutWhatItIsTold) {
    run([](std::string const& folder) -> coro<> {
        co_await plant(folder);
        int files = 0;
        auto entries = rota::walk(folder);
        while (auto entry = co_await entries.next()) {
            if (entry->name() == "a") entry->enter = false;
            if (entry->is_regular_file()) ++files;
        }
        EXPECT_EQ(files, 2);
    });
}

TEST_P(Walk, PassesOverWhatVanishesMeanwhile) {
    run([](std::string const& folder) -> coro<> {
        co_await plant(folder);
        std::string all;
        auto entries = rota::walk(folder);
        while (auto entry = co_await entries.next()) {
            all += entry->name();
            if (entry->name() == "4") co_await rota::remove_all(folder + "/a");
        }
        EXPECT_EQ(all, "4ab3");
    });
}

TEST_P(Walk, TellsOfWhatMayNotBeReadUnlessItIsToPassOver) {
    if (real() && ::geteuid() == 0) GTEST_SKIP() << "root may do everything";
    run([](std::string const& folder) -> coro<> {
        co_await plant(folder);
        co_await rota::set_permissions(folder + "/a", 0);
        co_await refused(std::errc::permission_denied, walked(folder));
        rota::walk_options options;
        options.skip_denied = true;
        EXPECT_EQ(co_await walked(folder, options), "/40 /a/0 /b/0 /b/31 ");
        co_await rota::set_permissions(folder + "/a", 0700);
    });
}

ROTA_ON_ALL_ENGINES(Walk);

}  // namespace
