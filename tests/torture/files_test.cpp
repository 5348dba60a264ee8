// Cancelled at every point, or short of memory, on a disk that delays and splits as its seed says: no byte is lost, no file
// stays open, and what is to be all or nothing is.
#include "torture_kit.hpp"

#include <rota/detail/operation_awaiter.hpp>

#include <array>

namespace {

using namespace torture_kit;
using rota::file;
using rota::open_file;

char const* const some = "/tmp/some";
std::string const content = "one\ntwo, which is longer\nthree\n";

/// Files that are opened take the places of closed ones, and come to a new place where one is open still.
coro<> require_all_closed() {
    std::array<rota::io_handle, 12> opened;
    bool all = true;
    for (auto& each : opened) {
        rota::detail::operation_awaiter<rota::open_file_operation> opening(
            "open", "/tmp", rota::open_flags::read | rota::open_flags::directory, 0U);
        (void)co_await opening;
        each = opening.opened;
        if ((each.slot & 0x7fff'ffffU) >= opened.size()) all = false;
    }
    for (auto const each : opened) rota::running_loop().kernel().close(each);
    scenario::require(all, "a file is left open");
}

coro<std::string> read_if_there(std::string path) {
    bool const there = co_await rota::exists(path);
    if (!there) co_return "";
    co_return co_await rota::read_file(path);
}

struct on_disk : scenario {
    virtual coro<> check() { co_return; }
    coro<> verify() final {
        co_await check();
        co_await require_all_closed();
    }
};

/// Reads on where it was left.
template <class Read>
struct reads : on_disk {
    file from;
    std::string got;
    coro<> subject() override {
        co_await rota::write_file(some, content);
        from = co_await open_file(some);
        got.reserve(content.size());
        while (true) {
            auto const piece = co_await Read::read(from);
            if (piece.empty()) break;
            got += piece;
        }
    }
    coro<> check() override {
        if (!from) co_return;
        require(from.tell() == got.size(), "the position is not behind what was read");
        got += co_await from.read_all();
        require(got == content, "bytes are lost");
        from = file();
    }
};
struct read_some {
    static coro<std::string> read(file& from) { co_return co_await from.read_some(9); }
};
struct read_all {
    static coro<std::string> read(file& from) { co_return co_await from.read_all(); }
};
struct read_line {
    static coro<std::string> read(file& from) { co_return co_await from.read_line(); }
};
TEST(TortureFiles, ReadSome) { torture<reads<read_some>>("open_file, file.read_some", several_seeds); }
TEST(TortureFiles, ReadAll) { torture<reads<read_all>>("file.read_all", several_seeds); }
TEST(TortureFiles, ReadLine) { torture<reads<read_line>>("file.read_line", several_seeds); }

struct reads_lines : on_disk {
    std::string got;
    coro<> subject() override {
        co_await rota::write_file(some, content);
        auto from = co_await open_file(some);
        auto lines = from.lines();
        while (auto line = co_await lines.next()) got += *line + '\n';
        require(got == content, "lines are lost");
    }
    coro<> check() override {
        require(content.starts_with(got), "these are no lines of the file");
        co_return;
    }
};
TEST(TortureFiles, Lines) { torture<reads_lines>("file.read_line/lines", several_seeds); }

struct at_places : on_disk {
    coro<> subject() override {
        auto both = co_await open_file(some, "w+");
        co_await both.write_at(4, "two");
        co_await both.write_at(0, "one ");
        auto const all = co_await both.read_at(0, 100);
        require(all == "one two", "other bytes than were written");
        std::array<char, 3> room{};
        auto const count = co_await both.read_at(4, std::span(room));
        require(count == 3 && room[0] == 't', "other bytes than were written");
    }
};
TEST(TortureFiles, ReadAtAndWriteAt) { torture<at_places>("file.read_at, file.write_at", several_seeds); }

/// What `tell` says was written is what is there.
struct writes : on_disk {
    file to;
    coro<> subject() override {
        to = co_await open_file(some, "w");
        co_await to.write("first, ");
        co_await to.write("second");
    }
    coro<> check() override {
        auto const there = co_await read_if_there(some);
        require(std::string("first, second").starts_with(there), "other bytes than were written");
        require(!to || to.tell() == there.size(), "another number of bytes than tell says");
        to = file();
    }
};
TEST(TortureFiles, Write) { torture<writes>("file.write", several_seeds); }

struct other_calls : on_disk {
    coro<> subject() override {
        auto both = co_await open_file(some, "w+");
        co_await both.truncate(7);
        co_await both.sync();
        co_await both.sync_data();
        auto const size = co_await both.size();
        auto const status = co_await both.status();
        require(size == 7 && status.size == 7, "another size than it was given");
        co_await both.close();
        co_await both.close();
    }
};
TEST(TortureFiles, OtherCalls) {
    torture<other_calls>("file.truncate, file.sync, file.sync_data, file.size, file.status, file.close", several_seeds);
}

struct closes : on_disk {
    file open;
    bool closing = false;
    coro<> subject() override {
        open = co_await open_file(some, "w");
        auto writing = rota::create_task(open.write("x"));
        auto close = open.close();
        closing = true;
        co_await std::move(close);
        try {
            co_await writing;
        } catch (rota::system_error const&) {}  // it was closed first
    }
    /// The same where nobody waits for the write any more.
    bool expects(rota::exception_context const& told) const override {
        try {
            if (told.exception) std::rethrow_exception(told.exception);
        } catch (rota::system_error const& error) {
            return error.code() == std::errc::bad_file_descriptor;
        } catch (...) {}
        return false;
    }
    coro<> check() override {
        // Closed or never begun to be: dropping it does the rest.
        if (!closing) open = file();
        co_return;
    }
};
TEST(TortureFiles, Close) { torture<closes>("file.close/under a writer", several_seeds); }

struct paths : on_disk {
    coro<> subject() override {
        bool const made = co_await rota::create_directories("/tmp/a/b");
        bool const once_more = co_await rota::create_directory("/tmp/a/b");
        require(made && !once_more, "a directory is made once");
        co_await rota::create_symlink("a/b", "/tmp/link");
        auto const target = co_await rota::read_symlink("/tmp/link");
        auto const through = co_await rota::stat("/tmp/link");
        auto const itself = co_await rota::lstat("/tmp/link");
        require(target == "a/b" && through.is_directory() && itself.is_symlink(), "another link than was made");
    }
};
TEST(TortureFiles, Paths) {
    torture<paths>("create_directories, create_directory, create_symlink, read_symlink, stat, lstat", {0, 1});
}

struct changes_of_names : on_disk {
    coro<> subject() override {
        co_await rota::create_directories("/tmp/a/b");
        co_await rota::set_permissions("/tmp/a", 0750);
        co_await rota::rename("/tmp/a/b", "/tmp/a/c");
        auto const names = co_await rota::list_directory("/tmp/a");
        require(names.size() == 1 && names[0].name == "c", "other names than were made");
        bool const there = co_await rota::exists("/tmp/a/b");
        require(!there, "it has another name now");
        bool const removed = co_await rota::remove("/tmp/a/c");
        auto const count = co_await rota::remove_all("/tmp/a");
        require(removed && count == 1, "other things were removed than were there");
    }
};
TEST(TortureFiles, ChangesOfNames) {
    torture<changes_of_names>("set_permissions, rename, list_directory, exists, remove, remove_all", {0, 1});
}

struct replaces : on_disk {
    bool done = false;
    coro<> subject() override {
        co_await rota::write_file(some, "old");
        co_await rota::replace_file(some, content);
        done = true;
    }
    coro<> check() override {
        auto const there = co_await read_if_there(some);
        require(there == (done ? content : "old") || (!done && std::string("old").starts_with(there)),
                "neither the old file nor the new one");
        auto const names = co_await rota::list_directory("/tmp");
        require(names.size() <= 1 || memory_stays_short(), "something is left beside it");
    }
};
TEST(TortureFiles, ReplaceFile) { torture<replaces>("replace_file, write_file", {0, 1}); }

template <rota::copy_options Options>
struct copies : on_disk {
    bool copied = false;
    coro<> subject() override {
        co_await rota::write_file(some, content);
        auto const bytes = co_await rota::copy_file(some, "/tmp/copy", Options);
        copied = true;
        require(bytes == content.size(), "another number of bytes");
        auto const there = co_await rota::read_file("/tmp/copy");
        require(there == content, "it is not the same");
    }
    coro<> check() override {
        bool const there = co_await rota::exists("/tmp/copy");
        require(there == copied || memory_stays_short(), "half a copy is left");
    }
};
TEST(TortureFiles, CopyFile) {
    torture<copies<rota::copy_options::none>>("copy_file, read_file", {0, 1});
    torture<copies<rota::copy_options::overwrite_existing>>("copy_file/over what is there", {0, 1});
}

struct temporaries : on_disk {
    /// The disk was asked to, and had no memory for it: who called is told.
    bool not_removed = false;
    coro<> subject() override {
        try {
            auto nameless = co_await rota::temporary_file();
            co_await nameless.write("x");
        } catch (rota::system_error const& error) {
            not_removed = error.operation().starts_with("remove");
            throw;
        }
        auto fill = [](std::string const& folder) -> coro<int> {
            co_await rota::create_directories(folder + "/a/b");
            co_return 7;
        };
        int got = 0;
        try {
            got = co_await rota::with_temporary_directory(fill);
        } catch (rota::system_error const& error) {
            not_removed = error.operation().starts_with("remove");
            throw;
        }
        require(got == 7, "the body's result is lost");
    }
    coro<> check() override {
        auto const names = co_await rota::list_directory("/tmp");
        require(names.empty() || not_removed || memory_stays_short(), "something temporary is left");
    }
};
TEST(TortureFiles, Temporaries) { torture<temporaries>("temporary_file, with_temporary_directory", several_seeds); }

struct walks : on_disk {
    coro<> subject() override {
        co_await rota::create_directories("/tmp/a/b");
        co_await rota::create_symlink("b", "/tmp/a/link");
        rota::walk_options options;
        options.follow_links = true;
        std::string names;
        auto entries = rota::walk("/tmp", options);
        while (auto entry = co_await entries.next()) names += entry->name();
        require(names == "ablink", "other names than are there");
    }
};
TEST(TortureFiles, Walk) { torture<walks>("list_directory/walk", several_seeds); }

/// However often the waiting is cancelled, each change is told.
struct watches : on_disk {
    rota::path_watch watching;
    rota::event begun;
    bool overflowed = false;
    std::vector<std::string> names;
    std::vector<std::string> const expected{"1", "2", "3"};
    coro<> environment() override {
        co_await begun.wait();
        for (char const* name : {"/tmp/1", "/tmp/2", "/tmp/3"}) co_await rota::create_directory(name);
    }
    coro<> next() {
        auto const change = co_await watching.next();
        if (change->what == rota::path_change::kind::overflow)
            overflowed = true;
        else
            names.push_back(change->name);
    }
    coro<> subject() override {
        names.reserve(4);
        watching = co_await rota::watch("/tmp");
        begun.set();
        while (names.size() < 3 && !overflowed) co_await next();
    }
    coro<> check() override {
        if (watching) {
            begun.set();
            while (names.size() < 3 && !overflowed) co_await next();
            require(names == expected || (memory_ran_out() && overflowed), "changes are lost");
        }
        watching = {};
    }
};
TEST(TortureFiles, Watch) { torture<watches>("watch, path_watch.next", several_seeds); }

}  // namespace
