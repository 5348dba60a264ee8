#include "fs_kit.hpp"

#include <rota/base/frame_pool.hpp>

#include <cstdint>
#include <new>

namespace {

using namespace fs_kit;

class WholeFile : public fs_test {};

TEST_P(WholeFile, IsReadAndWritten) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(3'000'000);
        co_await rota::write_file(folder + "/some", content);
        EXPECT_EQ(co_await rota::read_file(folder + "/some"), content);
        co_await what_of<rota::limit_overrun_error>(rota::read_file(folder + "/some", 1'000));
        co_await rota::write_file(folder + "/some", "short");
        EXPECT_EQ(co_await rota::read_file(folder + "/some", 5), "short");
    });
}

TEST_P(WholeFile, ThatSaysItIsEmptyIsReadToItsEnd) {
    if (!real()) GTEST_SKIP() << "files of the kernel's";
    run([](std::string const&) -> coro<> {
        auto const version = co_await rota::read_file("/proc/version");
        EXPECT_TRUE(version.starts_with("Linux")) << version;
    });
}

TEST_P(WholeFile, IsReplacedWithItsPermissions) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::replace_file(at, "first");
        EXPECT_EQ(co_await rota::read_file(at), "first");
        co_await rota::set_permissions(at, 0640);
        auto const old = co_await rota::open_file(at);
        auto const before = co_await old.status();
        co_await rota::replace_file(at, "second");
        EXPECT_EQ(co_await rota::read_file(at), "second");
        auto const after = co_await rota::stat(at);
        EXPECT_EQ(after.permissions, 0640U);
        EXPECT_NE(after.inode, before.inode);
        EXPECT_EQ(co_await names_in(folder), 1U);
    });
}

TEST_P(WholeFile, ThatCanNotBeReplacedStaysAndNothingIsLeftBesideIt) {
    run([](std::string const& folder) -> coro<> {
        co_await refused(std::errc::no_such_file_or_directory, rota::replace_file(folder + "/no/such", "x"));
        co_await rota::create_directory(folder + "/directory");
        co_await refused(std::errc::is_a_directory, rota::replace_file(folder + "/directory", "x"));
        EXPECT_EQ(co_await names_in(folder), 1U);
    });
}

TEST_P(WholeFile, IsOldOrNewHoweverItsReplacementIsCancelled) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::write_file(at, "old");
        auto const content = pattern(100'000);
        bool replaced = false;
        for (int wait = 0; !replaced && wait < 10'000; wait += 1 + wait / 8) {
            auto const replacing = rota::create_task(rota::replace_file(at, content));
            co_await rota::sleep(wait * 50us);
            replacing.cancel();
            co_await rota::wait(replacing);
            replaced = !replacing.cancelled();
            std::string const expected = replaced ? content : "old";
            EXPECT_EQ(co_await rota::read_file(at), expected);
            EXPECT_EQ(co_await names_in(folder), 1U);
        }
        EXPECT_TRUE(replaced);
    });
}

TEST_P(WholeFile, IsReplacedOrCopiedAsAWholeOrNotAtAllWhereMemoryIsShort) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        auto const copy = folder + "/copy";
        enum { replaces, copies, copies_over };
        for (int const what : {replaces, copies, copies_over}) {
            bool went_well = false;
            for (std::uint64_t n = 1; !went_well && n < 100; ++n) {
                co_await rota::write_file(at, "old");
                if (what == copies_over) co_await rota::write_file(copy, "before");
                rota::detail::frame_pool::fail_allocation(n);
                try {
                    if (what == replaces)
                        co_await rota::replace_file(at, "new");
                    else
                        co_await rota::copy_file(
                            at, copy,
                            what == copies ? rota::copy_options::none : rota::copy_options::overwrite_existing);
                    went_well = true;
                } catch (std::bad_alloc const&) {}
                rota::detail::frame_pool::fail_allocation(0);
                auto const there = co_await rota::read_file(at);
                EXPECT_EQ(there, what == replaces && went_well ? "new" : "old") << "frame " << n;
                bool const is_copied = co_await rota::exists(copy);
                EXPECT_EQ(is_copied, what == copies_over || (what == copies && went_well)) << "frame " << n;
                auto const names = co_await names_in(folder);
                EXPECT_EQ(names, is_copied ? 2U : 1U) << "frame " << n;
                if (is_copied) {
                    auto const copied = co_await rota::read_file(copy);
                    EXPECT_EQ(copied, went_well ? "old" : "before") << "frame " << n;
                    co_await rota::remove(copy);
                }
            }
            EXPECT_TRUE(went_well);
        }
    });
}

TEST_P(WholeFile, IsCopied) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(2'500'000);
        co_await rota::write_file(folder + "/from", content);
        co_await rota::set_permissions(folder + "/from", 0640);
        EXPECT_EQ(co_await rota::copy_file(folder + "/from", folder + "/to"), content.size());
        EXPECT_EQ(co_await rota::read_file(folder + "/to"), content);
        EXPECT_EQ((co_await rota::stat(folder + "/to")).permissions, 0640U);
        co_await rota::write_file(folder + "/from", "new");
        EXPECT_EQ(co_await refused(std::errc::file_exists, rota::copy_file(folder + "/from", folder + "/to")),
                  "open " + folder + "/to: File exists");
        co_await rota::copy_file(folder + "/from", folder + "/to", rota::copy_options::overwrite_existing);
        EXPECT_EQ(co_await rota::read_file(folder + "/to"), "new");
        EXPECT_EQ(co_await names_in(folder), 2U);
    });
}

TEST_P(WholeFile, ThatDoesNotFitIsNotHalfCopied) {
    if (real()) GTEST_SKIP() << "a disk that is full";
    rota::engine_options options;
    options.disk_bytes = 100'000;
    run(
        [](std::string const& folder) -> coro<> {
            co_await rota::write_file(folder + "/from", pattern(60'000));
            co_await refused(std::errc::no_space_on_device, rota::copy_file(folder + "/from", folder + "/to"));
            co_await refused(std::errc::no_space_on_device, rota::replace_file(folder + "/from", pattern(50'000)));
            EXPECT_EQ(co_await names_in(folder), 1U);
            EXPECT_EQ(co_await rota::read_file(folder + "/from"), pattern(60'000));
        },
        options);
}

ROTA_ON_ALL_ENGINES(WholeFile);

}  // namespace
