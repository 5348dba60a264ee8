// A disk without room, which is a real one: a small file system in memory. It takes a superuser to mount it.
#include "world/outcome.hpp"

#include <rota/rota.hpp>

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace {

using namespace world_kit;

/// 256 KiB at a folder of its own.
class small_disk {
public:
    small_disk() {
        std::string name = (std::filesystem::temp_directory_path() / "rota-disk-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            error_ = errno;
            return;
        }
        path_ = name;
        if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=256k") != 0) error_ = errno;
    }
    ~small_disk() {
        if (path_.empty()) return;
        if (error_ == 0) ::umount2(path_.c_str(), MNT_DETACH);
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    small_disk(small_disk const&) = delete;
    small_disk& operator=(small_disk const&) = delete;

    std::string const& path() const { return path_; }
    /// Why there is none.
    std::string refused() const { return error_ != 0 ? std::strerror(error_) : ""; }

private:
    std::string path_;
    int error_ = 0;
};

class FullDisk : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, FullDisk, testing::ValuesIn(real_engines()), name_of);

TEST_P(FullDisk, IsToldWithTheNameAndWhatWasWrittenAndTheLoopGoesOn) {
    small_disk const disk;
    if (!disk.refused().empty()) GTEST_SKIP() << "no disk can be mounted: " << disk.refused();
    auto const at = disk.path() + "/one";
    run([&]() -> coro<> {
        auto const bytes = pattern(1'000'000);
        auto one = co_await rota::open_file(at, "w+");
        co_await fails(std::errc::no_space_on_device, "write " + at + ": No space left on device", one.write(bytes));
        auto const went = one.tell();
        EXPECT_GT(went, 0U);
        EXPECT_LT(went, bytes.size());
        EXPECT_EQ(co_await one.size(), went);
        EXPECT_TRUE(co_await one.read_at(0, went) == bytes.substr(0, went));
        // With room again it goes on.
        co_await one.truncate(0);
        co_await one.write_at(0, "small");
        EXPECT_EQ(co_await one.size(), 5U);
        co_await one.close();
    });
}

TEST_P(FullDisk, LeavesTheOldFileWhereTheNewOneHasNoRoom) {
    small_disk const disk;
    if (!disk.refused().empty()) GTEST_SKIP() << "no disk can be mounted: " << disk.refused();
    auto const at = disk.path() + "/one";
    run([&]() -> coro<> {
        co_await rota::write_file(at, "old");
        auto const bytes = pattern(1'000'000);
        try {
            co_await rota::replace_file(at, bytes);
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::system_error const& error) {
            EXPECT_EQ(error.code(), std::errc::no_space_on_device) << error.what();
        }
        EXPECT_EQ(co_await rota::read_file(at), "old");
        auto const all = co_await rota::list_directory(disk.path());
        EXPECT_EQ(all.size(), 1U);
    });
}

}  // namespace
