// Outcomes of files and paths, on a disk of 1 MB where it is simulated.
#include "world/outcome.hpp"

#include <rota/rota.hpp>

#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace world_kit;
using rota::open_file;

/// A body in a folder of its own.
template <class Body>
scenario in_folder(Body body) {
    return [body]() -> coro<> {
        auto const main = [&](std::string const& folder) -> coro<> { co_await body(folder); };
        co_await rota::with_temporary_directory(main);
    };
}

/// Awaited under a cancel it does nothing.
template <class Call>
coro<> cancelled_before(Call call) {
    auto late = [&]() -> coro<> {
        rota::current_task().cancel();
        co_await call();
    };
    auto const running = rota::create_task(late());
    co_await ended(running);
    EXPECT_TRUE(running.cancelled());
}

void enter_open() {
    of("files", "open")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 auto made = co_await open_file(folder + "/new", "x");
                 EXPECT_TRUE(made);
                 co_await made.close();
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 auto open = [&]() -> coro<> { (void)co_await open_file(folder + "/new", "x"); };
                 co_await cancelled_before(open);
                 // What was opened nevertheless would have been closed again.
                 auto made = co_await open_file(folder + "/new", "w");
                 co_await made.close();
             }))
        .can("cancelled while", in_folder([](std::string folder) -> coro<> {
                 auto open = [&]() -> coro<> { (void)co_await open_file(folder + "/new", "w"); };
                 auto const opening = rota::create_task(open());
                 co_await rota::yield();
                 opening.cancel();
                 co_await ended(opening);
             }))
        .can("ENOENT", in_folder([](std::string folder) -> coro<> {
                 co_await fails(std::errc::no_such_file_or_directory,
                                "open " + folder + "/none: No such file or directory", open_file(folder + "/none"));
             }))
        .can("EEXIST", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "");
                 co_await fails(std::errc::file_exists, open_file(folder + "/one", "x"));
             }))
        .can("EISDIR", in_folder([](std::string folder) -> coro<> {
                 co_await fails(std::errc::is_a_directory, open_file(folder, "w"));
             }))
        .can("ENOTDIR", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "");
                 co_await fails(std::errc::not_a_directory, open_file(folder + "/one/two"));
             }))
        .can("ENAMETOOLONG", in_folder([](std::string folder) -> coro<> {
                 co_await fails(std::errc::filename_too_long, open_file(folder + "/" + std::string(300, 'n'), "w"));
             }))
        .can("ELOOP", in_folder([](std::string folder) -> coro<> {
                 co_await rota::create_symlink(folder + "/b", folder + "/a");
                 co_await rota::create_symlink(folder + "/a", folder + "/b");
                 co_await fails(std::errc::too_many_symbolic_link_levels, open_file(folder + "/a"));
             }))
        .can("EACCES", in_folder([](std::string folder) -> coro<> {
                 if (real() && ::geteuid() == 0) co_return;  // root may do everything
                 co_await rota::write_file(folder + "/one", "");
                 co_await rota::set_permissions(folder + "/one", 0);
                 co_await fails(std::errc::permission_denied, open_file(folder + "/one"));
             }));
}

void enter_transfers() {
    of("files", "read")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "text");
                 auto one = co_await open_file(folder + "/one");
                 EXPECT_EQ(co_await one.read_at(1, 2), "ex");
                 EXPECT_EQ(co_await one.read_all(), "text");
                 co_await one.close();
             }))
        .can("short", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "text");
                 auto one = co_await open_file(folder + "/one");
                 EXPECT_EQ(co_await one.read_at(3, 100), "t");
                 EXPECT_EQ(co_await one.read_at(4, 100), "");
                 co_await one.close();
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "text");
                 auto one = co_await open_file(folder + "/one");
                 auto read = [&]() -> coro<> { (void)co_await one.read_some(); };
                 co_await cancelled_before(read);
                 EXPECT_EQ(co_await one.read_some(), "text");
                 co_await one.close();
             }))
        .can("closed meanwhile", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "text");
                 auto one = co_await open_file(folder + "/one");
                 auto const reading = rota::create_task(one.read_at(0, 4));
                 co_await rota::yield();
                 // It ends when what is under way has ended.
                 co_await one.close();
                 EXPECT_EQ(co_await reading, "text");
             }))
        .can("EBADF", in_folder([](std::string folder) -> coro<> {
                 auto one = co_await open_file(folder + "/one", "w");
                 co_await fails(std::errc::bad_file_descriptor, one.read_some());
                 co_await one.close();
                 co_await fails(std::errc::bad_file_descriptor, one.read_at(0, 1));
             }));
    of("files", "write")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 auto one = co_await open_file(folder + "/one", "w+");
                 co_await one.write("text");
                 co_await one.write_at(1, "EX");
                 co_await one.sync();
                 EXPECT_EQ(co_await one.size(), 4U);
                 co_await one.close();
                 EXPECT_EQ(co_await rota::read_file(folder + "/one"), "tEXt");
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 auto one = co_await open_file(folder + "/one", "w");
                 auto write = [&]() -> coro<> { co_await one.write("lost"); };
                 co_await cancelled_before(write);
                 EXPECT_EQ(one.tell(), 0U);
                 EXPECT_EQ(co_await one.size(), 0U);
                 co_await one.close();
             }))
        .can("ENOSPC", in_folder([](std::string folder) -> coro<> {
                 auto const at = real() ? std::string("/dev/full") : folder + "/one";
                 auto one = co_await open_file(at, real() ? "r+" : "w");
                 auto const bytes = pattern(2'000'000);
                 co_await fails(std::errc::no_space_on_device, "write " + at + ": No space left on device",
                                one.write(bytes));
                 co_await one.close();
             }))
        .can("EPIPE", kernel_only("a simulated disk has no pipes"), in_folder([](std::string folder) -> coro<> {
                 auto const at = folder + "/pipe";
                 EXPECT_EQ(::mkfifo(at.c_str(), 0600), 0);
                 auto both = co_await open_file(at, "r+");
                 auto one = co_await open_file(at, "a");
                 co_await both.close();
                 co_await fails(std::errc::broken_pipe, "write " + at + ": Broken pipe", one.write("x"));
                 co_await one.close();
             }))
        .can("EBADF", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "");
                 auto one = co_await open_file(folder + "/one");
                 co_await fails(std::errc::bad_file_descriptor, one.write("x"));
                 co_await one.close();
             }));
}

void enter_paths() {
    of("files", "stat")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 auto const got = co_await rota::stat(folder);
                 EXPECT_EQ(got.type, rota::file_type::directory);
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 auto look = [&]() -> coro<> { (void)co_await rota::stat(folder); };
                 co_await cancelled_before(look);
             }))
        .can("ENOENT", in_folder([](std::string folder) -> coro<> {
                 co_await fails(std::errc::no_such_file_or_directory,
                                "stat " + folder + "/none: No such file or directory", rota::stat(folder + "/none"));
             }));
    of("files", "rename")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 co_await rota::write_file(folder + "/two", "2");
                 co_await rota::rename(folder + "/one", folder + "/two");
                 EXPECT_EQ(co_await rota::read_file(folder + "/two"), "1");
                 EXPECT_FALSE(co_await rota::exists(folder + "/one"));
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 auto rename = [&]() -> coro<> { co_await rota::rename(folder + "/one", folder + "/two"); };
                 co_await cancelled_before(rename);
                 EXPECT_TRUE(co_await rota::exists(folder + "/one"));
             }))
        .can("ENOENT", in_folder([](std::string folder) -> coro<> {
                 auto const from = folder + "/none";
                 auto const to = folder + "/two";
                 co_await fails(std::errc::no_such_file_or_directory,
                                "rename " + from + " to " + to + ": No such file or directory", rota::rename(from, to));
             }))
        .can("EISDIR", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 co_await rota::create_directory(folder + "/two");
                 co_await fails(std::errc::is_a_directory, rota::rename(folder + "/one", folder + "/two"));
             }))
        .can("ENOTDIR", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 co_await rota::create_directory(folder + "/two");
                 co_await fails(std::errc::not_a_directory, rota::rename(folder + "/two", folder + "/one"));
             }))
        .can("ENOTEMPTY", in_folder([](std::string folder) -> coro<> {
                 co_await rota::create_directory(folder + "/one");
                 co_await rota::create_directories(folder + "/two/three");
                 co_await fails(std::errc::directory_not_empty, rota::rename(folder + "/one", folder + "/two"));
             }))
        .can("EINVAL", in_folder([](std::string folder) -> coro<> {
                 co_await rota::create_directory(folder + "/one");
                 co_await fails(std::errc::invalid_argument, rota::rename(folder + "/one", folder + "/one/two"));
             }));
    of("files", "remove")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 EXPECT_TRUE(co_await rota::remove(folder + "/one"));
                 EXPECT_FALSE(co_await rota::remove(folder + "/one"));
             }))
        .can("cancelled before", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 auto remove = [&]() -> coro<> { co_await rota::remove(folder + "/one"); };
                 co_await cancelled_before(remove);
                 EXPECT_TRUE(co_await rota::exists(folder + "/one"));
             }))
        .can("ENOTEMPTY", in_folder([](std::string folder) -> coro<> {
                 co_await rota::create_directories(folder + "/one/two");
                 co_await fails(std::errc::directory_not_empty, rota::remove(folder + "/one"));
             }));
    of("files", "create_directory")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 EXPECT_TRUE(co_await rota::create_directory(folder + "/one"));
                 EXPECT_FALSE(co_await rota::create_directory(folder + "/one"));
             }))
        .can("ENOENT", in_folder([](std::string folder) -> coro<> {
                 co_await fails(std::errc::no_such_file_or_directory, rota::create_directory(folder + "/one/two"));
             }))
        .can("EEXIST", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 co_await fails(std::errc::file_exists, rota::create_directory(folder + "/one"));
             }));
    of("files", "list_directory")
        .can("done", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 auto const all = co_await rota::list_directory(folder);
                 EXPECT_EQ(all.size(), 1U);
             }))
        .can("ENOTDIR", in_folder([](std::string folder) -> coro<> {
                 co_await rota::write_file(folder + "/one", "1");
                 co_await fails(std::errc::not_a_directory, rota::list_directory(folder + "/one"));
             }));
    of("files", "read_symlink").can("EINVAL", in_folder([](std::string folder) -> coro<> {
                                        co_await rota::write_file(folder + "/one", "1");
                                        co_await fails(std::errc::invalid_argument,
                                                       rota::read_symlink(folder + "/one"));
                                    }));
    of("files", "create_symlink").can("EEXIST", in_folder([](std::string folder) -> coro<> {
                                          co_await rota::write_file(folder + "/one", "1");
                                          co_await fails(std::errc::file_exists,
                                                         rota::create_symlink("x", folder + "/one"));
                                      }));
}

bool const entered = [] {
    enter_open();
    enter_transfers();
    enter_paths();
    return true;
}();

}  // namespace
