#include "fs_kit.hpp"

#include <filesystem>

namespace {

using namespace fs_kit;

class Paths : public fs_test {};

TEST_P(Paths, StatTellsTypeSizeAndTimes) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "four");
        auto const some = co_await rota::stat(folder + "/some");
        EXPECT_TRUE(some.exists() && some.is_regular_file());
        EXPECT_EQ(some.size, 4U);
        EXPECT_EQ(some.links, 1U);
        EXPECT_NE(some.inode, 0U);
        EXPECT_GT(some.modified.time_since_epoch().count(), 0);
        auto const itself = co_await rota::stat(folder);
        EXPECT_TRUE(itself.is_directory());
        EXPECT_EQ(itself.permissions, 0700U);
        EXPECT_EQ(co_await refused(std::errc::no_such_file_or_directory, rota::stat(folder + "/other")),
                  "stat " + folder + "/other: No such file or directory");
    });
}

TEST_P(Paths, LinksAreFollowedOrLookedAt) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::create_symlink("some", folder + "/link");
        EXPECT_FALSE(co_await rota::exists(folder + "/link"));
        co_await rota::write_file(folder + "/link", "through");
        EXPECT_TRUE(co_await rota::exists(folder + "/some"));
        EXPECT_EQ((co_await rota::stat(folder + "/link")).size, 7U);
        EXPECT_TRUE((co_await rota::lstat(folder + "/link")).is_symlink());
        EXPECT_EQ(co_await rota::read_symlink(folder + "/link"), "some");
        co_await refused(std::errc::invalid_argument, rota::read_symlink(folder + "/some"));
        co_await refused(std::errc::file_exists, rota::create_symlink("x", folder + "/link"));
    });
}

TEST_P(Paths, ExistsSaysNoOfWhatIsNotThere) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "");
        EXPECT_TRUE(co_await rota::exists(folder));
        EXPECT_TRUE(co_await rota::exists(folder + "/some"));
        EXPECT_FALSE(co_await rota::exists(folder + "/other"));
        EXPECT_FALSE(co_await rota::exists(folder + "/some/below"));
        co_await refused(std::errc::filename_too_long, rota::exists(folder + '/' + std::string(300, 'n')));
    });
}

TEST_P(Paths, DirectoriesAreMadeWithWhatIsMissingAbove) {
    run([](std::string const& folder) -> coro<> {
        EXPECT_TRUE(co_await rota::create_directory(folder + "/one"));
        EXPECT_FALSE(co_await rota::create_directory(folder + "/one"));
        co_await refused(std::errc::no_such_file_or_directory, rota::create_directory(folder + "/two/three"));
        EXPECT_TRUE(co_await rota::create_directories(folder + "/two/three//four/"));
        EXPECT_FALSE(co_await rota::create_directories(folder + "/two/three/four"));
        EXPECT_TRUE((co_await rota::stat(folder + "/two/three/four")).is_directory());
        co_await rota::write_file(folder + "/file", "");
        EXPECT_EQ(co_await refused(std::errc::file_exists, rota::create_directory(folder + "/file")),
                  "create directory " + folder + "/file: File exists");
        co_await refused(std::errc::not_a_directory, rota::create_directories(folder + "/file/below"));
    });
}

TEST_P(Paths, RenameTakesThePlaceOfAFile) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/one", "1");
        co_await rota::write_file(folder + "/two", "2");
        co_await rota::rename(folder + "/one", folder + "/two");
        EXPECT_EQ(co_await rota::read_file(folder + "/two"), "1");
        EXPECT_FALSE(co_await rota::exists(folder + "/one"));
        EXPECT_EQ(
            co_await refused(std::errc::no_such_file_or_directory, rota::rename(folder + "/one", folder + "/three")),
            "rename " + folder + "/one to " + folder + "/three: No such file or directory");
        co_await refused(std::errc::directory_not_empty, rota::rename(folder + "/two", folder));
        co_await rota::create_directory(folder + "/directory");
        co_await refused(std::errc::is_a_directory, rota::rename(folder + "/two", folder + "/directory"));
    });
}

TEST_P(Paths, RemoveTellsWhetherThereWasAnything) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "");
        EXPECT_TRUE(co_await rota::remove(folder + "/some"));
        EXPECT_FALSE(co_await rota::remove(folder + "/some"));
        co_await rota::create_directories(folder + "/full/inner");
        co_await rota::create_symlink(folder, folder + "/full/link");
        co_await refused(std::errc::directory_not_empty, rota::remove(folder + "/full"));
        EXPECT_EQ(co_await rota::remove_all(folder + "/full"), 3U);
        EXPECT_EQ(co_await rota::remove_all(folder + "/full"), 0U);
        EXPECT_EQ(co_await names_in(folder), 0U);
    });
}

TEST_P(Paths, ListingIsInTheOrderOfTheNames) {
    run([](std::string const& folder) -> coro<> {
        for (char const* name : {"b", "a", "c"}) co_await rota::write_file(folder + '/' + name, "");
        co_await rota::create_directory(folder + "/B");
        auto const all = co_await rota::list_directory(folder);
        std::string names;
        for (auto const& each : all) names += each.name;
        EXPECT_EQ(names, "Babc");
        co_await refused(std::errc::not_a_directory, rota::list_directory(folder + "/a"));
    });
}

TEST_P(Paths, PermissionsAreSet) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "");
        co_await rota::set_permissions(folder + "/some", 0640);
        EXPECT_EQ((co_await rota::stat(folder + "/some")).permissions, 0640U);
    });
}

TEST_P(Paths, APathOfTheStandardLibraryIsOne) {
    run([](std::string const& folder) -> coro<> {
        std::filesystem::path const at = std::filesystem::path(folder) / "some";
        co_await rota::write_file(at, "x");
        EXPECT_TRUE(co_await rota::exists(at));
    });
}

ROTA_ON_ALL_ENGINES(Paths);

}  // namespace
