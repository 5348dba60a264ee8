#include "fs_kit.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace {

using namespace fs_kit;
using rota::file;
using rota::open_file;

class OpenFile : public fs_test {};
class File : public fs_test {};

TEST_P(OpenFile, ModesAreThoseOfPython) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await refused(std::errc::no_such_file_or_directory, open_file(at));
        co_await refused(std::errc::no_such_file_or_directory, open_file(at, "r+"));
        auto made = co_await open_file(at, "x");
        co_await made.write("first");
        co_await refused(std::errc::file_exists, open_file(at, "x"));
        co_await refused(std::errc::bad_file_descriptor, made.read_some());

        auto both = co_await open_file(at, "r+");
        auto const before = co_await both.read_some(2);
        EXPECT_FALSE(before.empty());
        both.seek(0);
        co_await both.write("FI");
        EXPECT_EQ(co_await rota::read_file(at), "FIrst");

        auto appending = co_await open_file(at, "ab+");
        EXPECT_EQ(appending.tell(), 5U);
        co_await appending.write(" and last");
        EXPECT_EQ(appending.tell(), 14U);
        appending.seek(0);
        EXPECT_EQ(co_await appending.read_all(), "FIrst and last");

        auto emptied = co_await open_file(at, "w+b");
        EXPECT_EQ(co_await emptied.size(), 0U);
    });
}

TEST_P(OpenFile, OtherModesAreRefused) {
    for (char const* mode : {"", "q", "rw", "r++", "+r", "rt"})
        EXPECT_THROW(rota::open_options{mode}, rota::usage_error) << mode;
}

TEST_P(OpenFile, ErrorsNameOperationAndPath) {
    run([](std::string const& folder) -> coro<> {
        EXPECT_EQ(co_await refused(std::errc::no_such_file_or_directory, open_file("/no/such")),
                  "open /no/such: No such file or directory");
        EXPECT_EQ(co_await refused(std::errc::is_a_directory, open_file(folder)),
                  "open " + folder + ": Is a directory");
        co_await refused(std::errc::is_a_directory, open_file(folder, "w"));
        co_await refused(std::errc::filename_too_long, open_file(folder + '/' + std::string(256, 'n'), "w"));
        co_await refused(std::errc::filename_too_long, open_file(std::string(5000, '/') + "x", "w"));
        co_await rota::write_file(folder + "/some", "");
        co_await refused(std::errc::not_a_directory, open_file(folder + "/some/below", "w"));
        EXPECT_EQ(co_await what_of<rota::usage_error>(open_file(std::string("a\0b", 3))),
                  "a path with a zero byte in it");
    });
}

TEST_P(OpenFile, PermissionIsAskedFor) {
    if (real() && ::geteuid() == 0) GTEST_SKIP() << "root may do everything";
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "x");
        co_await rota::set_permissions(folder + "/some", 0400);
        co_await refused(std::errc::permission_denied, open_file(folder + "/some", "r+"));
        EXPECT_EQ(co_await rota::read_file(folder + "/some"), "x");
    });
}

TEST_P(File, ReadsAndWritesAtAnyPlace) {
    run([](std::string const& folder) -> coro<> {
        auto some = co_await open_file(folder + "/some", "w+");
        auto const content = pattern(300'000);
        co_await some.write_at(0, content);
        EXPECT_EQ(co_await some.read_at(1'000, 250'000), content.substr(1'000, 250'000));
        EXPECT_EQ(co_await some.read_at(299'990, 100), content.substr(299'990));
        EXPECT_EQ(co_await some.read_at(400'000, 1), "");
        std::string room(10, '?');
        EXPECT_EQ(co_await some.read_at(7, std::span(room)), 10U);
        EXPECT_EQ(room, content.substr(7, 10));
        EXPECT_EQ(some.tell(), 0U);
        EXPECT_EQ(co_await some.size(), content.size());
    });
}

TEST_P(File, ReadAtIsForManyAtOnce) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(100'000);
        auto some = co_await open_file(folder + "/some", "w+");
        co_await some.write(content);
        std::vector<coro<std::string>> reads;
        for (std::size_t i = 0; i < 20; ++i) reads.push_back(some.read_at(i * 5'000, 5'000));
        auto const pieces = co_await rota::gather(std::move(reads));
        std::string all;
        for (auto const& piece : pieces) all += piece;
        EXPECT_EQ(all, content);
    });
}

TEST_P(File, GivesLinesWithTheirEnds) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::write_file(at, "one\n\nthree, which is longer\nlast");
        for (std::size_t const ahead : {1U, 3U, 65'536U}) {
            rota::open_options options;
            options.read_ahead = ahead;
            auto some = co_await open_file(at, options);
            EXPECT_EQ(co_await some.read_line(), "one\n");
            EXPECT_EQ(some.tell(), 4U);
            EXPECT_EQ(co_await some.read_line(), "\n");
            EXPECT_EQ(co_await some.read_line(), "three, which is longer\n");
            EXPECT_EQ(co_await some.read_line(), "last");
            EXPECT_EQ(co_await some.read_line(), "");
        }
    });
}

TEST_P(File, LinesGoToTheEnd) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::write_file(at, "one\n\nthree\n");
        auto some = co_await open_file(at);
        auto lines = some.lines();
        std::string got;
        while (auto line = co_await lines.next()) got += '[' + *line + ']';
        EXPECT_EQ(got, "[one][][three]");
    });
}

TEST_P(File, ALineLongerThanTheLimitStaysReadable) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::write_file(at, std::string(100, 'x') + "\nnext\n");
        rota::open_options options;
        options.line_limit = 99;
        options.read_ahead = 10;
        auto some = co_await open_file(at, options);
        auto const text = co_await what_of<rota::limit_overrun_error>(some.read_line());
        EXPECT_TRUE(text.starts_with("read " + at + ": a line of more than 99 bytes")) << text;
        EXPECT_EQ(some.tell(), 0U);
        std::string all;
        while (true) {
            auto const piece = co_await some.read_some(7);
            if (piece.empty()) break;
            all += piece;
        }
        EXPECT_EQ(all, std::string(100, 'x') + "\nnext\n");
    });
}

TEST_P(File, ReadAllHasALimitAndThePositionStays) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(200'000);
        co_await rota::write_file(folder + "/some", content);
        auto some = co_await open_file(folder + "/some");
        co_await what_of<rota::limit_overrun_error>(some.read_all(199'999));
        EXPECT_EQ(some.tell(), 0U);
        EXPECT_EQ(co_await some.read_all(200'000), content);
        EXPECT_EQ(co_await some.read_all(), "");
        some.seek(199'990);
        EXPECT_EQ(co_await some.read_all(), content.substr(199'990));
    });
}

TEST_P(File, WritesBehindWhatWasReadThoughMoreWasReadAhead) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", "one\ntwo\nthree\n");
        auto some = co_await open_file(folder + "/some", "r+");
        EXPECT_EQ(co_await some.read_line(), "one\n");
        co_await some.write("TWO");
        EXPECT_EQ(co_await some.read_line(), "\n");
        EXPECT_EQ(co_await some.read_line(), "three\n");
        EXPECT_EQ(co_await rota::read_file(folder + "/some"), "one\nTWO\nthree\n");
    });
}

TEST_P(File, TruncateCutsAndLengthens) {
    run([](std::string const& folder) -> coro<> {
        auto some = co_await open_file(folder + "/some", "w+");
        co_await some.write("0123456789");
        co_await some.truncate(4);
        EXPECT_EQ(co_await some.read_at(0, 100), "0123");
        co_await some.truncate(6);
        EXPECT_EQ(co_await some.read_at(0, 100), std::string("0123\0\0", 6));
        co_await some.sync();
        co_await some.sync_data();
        auto const status = co_await some.status();
        EXPECT_TRUE(status.is_regular_file());
        EXPECT_EQ(status.size, 6U);
        EXPECT_EQ(status.permissions & 0600U, 0600U);
    });
}

TEST_P(File, AClosedOneIsRefusedAndMayBeClosedAgain) {
    run([](std::string const& folder) -> coro<> {
        auto some = co_await open_file(folder + "/some", "w+");
        co_await some.close();
        co_await some.close();
        co_await refused(std::errc::bad_file_descriptor, some.write("x"));
        co_await refused(std::errc::bad_file_descriptor, some.read_at(0, 1));
        co_await refused(std::errc::bad_file_descriptor, some.size());
        file const empty;
        EXPECT_FALSE(empty);
        EXPECT_THROW(empty.path(), rota::usage_error);
    });
}

TEST_P(File, OneThatIsDroppedIsClosed) {
    run([](std::string const& folder) -> coro<> {
        // More than there may be open.
        for (int i = 0; i < 3'000; ++i) {
            auto const some = co_await open_file(folder + "/some", "a");
            EXPECT_TRUE(some);
        }
    });
}

TEST_P(File, TwoThatUseItsPositionAtOnceAreRefused) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", pattern(1'000'000));
        auto some = co_await open_file(folder + "/some");
        auto const first = rota::create_task(some.read_all());
        auto const second = rota::create_task(some.read_line());
        EXPECT_EQ((co_await first).size(), 1'000'000U);
        try {
            co_await second;  // where the first ended without waiting, it is the end of the file
        } catch (rota::usage_error const& error) {
            EXPECT_TRUE(std::string(error.what()).starts_with("file: two tasks use its position at once"));
        }
    });
}

TEST_P(File, ACancelLosesNoByte) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(50'000);
        co_await rota::write_file(folder + "/some", content);
        auto some = co_await open_file(folder + "/some");
        std::string got;
        auto read = [&]() -> coro<> {
            while (true) {
                auto const piece = co_await some.read_some(999);
                if (piece.empty()) co_return;
                got += piece;
            }
        };
        for (int i = 0; i < 30; ++i) {
            auto const reading = rota::create_task(read());
            co_await rota::yield();
            co_await rota::yield();
            reading.cancel();
            co_await rota::wait(reading);
            EXPECT_EQ(some.tell(), got.size());
        }
        co_await read();
        EXPECT_EQ(got, content);
    });
}

TEST_P(File, AFullDiskIsTold) {
    rota::engine_options options;
    options.disk_bytes = 100'000;
    run(
        [](std::string const& folder) -> coro<> {
            if (!real()) {
                auto some = co_await open_file(folder + "/some", "w");
                EXPECT_EQ(co_await refused(std::errc::no_space_on_device, some.write(pattern(200'000))),
                          "write " + folder + "/some: No space left on device");
                EXPECT_EQ(some.tell(), 100'000U);
            } else {
                auto full = co_await open_file("/dev/full", "r+");
                EXPECT_EQ(co_await refused(std::errc::no_space_on_device, full.write("x")),
                          "write /dev/full: No space left on device");
            }
        },
        options);
}

TEST_P(File, OneThatGrowsTooLargeIsTold) {
    if (!real()) GTEST_SKIP() << "a limit of the kernel's";
    auto* const before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    rlimit const low{50'000, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
    run([](std::string const& folder) -> coro<> {
        auto some = co_await open_file(folder + "/some", "w");
        co_await refused(std::errc::file_too_large, some.write(pattern(60'000)));
        EXPECT_EQ(some.tell(), 50'000U);
        co_await refused(std::errc::file_too_large, rota::replace_file(folder + "/other", pattern(60'000)));
        EXPECT_EQ(co_await names_in(folder), 1U);
    });
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, before);
}

TEST_P(File, APipeIsReadInOrder) {
    if (!real()) GTEST_SKIP() << "a simulated disk has no pipes";
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/pipe";
        EXPECT_EQ(::mkfifo(at.c_str(), 0600), 0);
        auto pipe = co_await open_file(at, "r+");
        co_await pipe.write("first\nsecond\n");
        EXPECT_EQ(co_await pipe.read_line(), "first\n");
        co_await pipe.write("third\n");
        EXPECT_EQ(co_await pipe.read_line(), "second\n");
        EXPECT_EQ(co_await pipe.read_line(), "third\n");
    });
}

TEST_P(File, APipeThatNobodyReadsIsAnErrorAndNoSignal) {
    if (!real()) GTEST_SKIP() << "a simulated disk has no pipes";
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/pipe";
        EXPECT_EQ(::mkfifo(at.c_str(), 0600), 0);
        auto both = co_await open_file(at, "r+");
        auto writer = co_await open_file(at, "a");
        co_await both.close();
        EXPECT_EQ(co_await refused(std::errc::broken_pipe, writer.write("x")), "write " + at + ": Broken pipe");
    });
}

TEST_P(File, FaultsOfTheDiskComeOutAsErrors) {
    if (real()) GTEST_SKIP() << "a real disk can not be asked to fail";
    rota::engine_options options;
    options.disk_fault_one_in = 2;
    run(
        [](std::string const& folder) -> coro<> {
            auto some = co_await open_file(folder + "/some", "w");
            int failed = 0;
            for (int i = 0; i < 50; ++i) {
                try {
                    co_await some.sync();
                } catch (rota::system_error const& error) {
                    EXPECT_EQ(error.code(), std::errc::io_error);
                    ++failed;
                }
            }
            EXPECT_GT(failed, 5);
        },
        options);
}

ROTA_ON_ALL_ENGINES(OpenFile);
ROTA_ON_ALL_ENGINES(File);

TEST(FileOfAnotherLoop, IsRefused) {
    rota::engine_options const options(rota::engine_kind::simulated);
    file left;
    rota::runner first{rota::runner_options(options)};
    first.run([&]() -> coro<> { left = co_await open_file("/tmp/some", "w"); });
    rota::runner second{rota::runner_options(options)};
    second.run([&]() -> coro<> {
        co_await what_of<rota::usage_error>(left.write("x"));
        co_await what_of<rota::usage_error>(left.close());
        left = file();
    });
}

}  // namespace
