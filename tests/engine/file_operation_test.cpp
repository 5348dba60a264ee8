// Files, as each engine does them: by the ring, on the pool, in memory.
#include "engine_fixture.hpp"

#include <rota/engine/file_operation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <unistd.h>

namespace {

using namespace engine_fixture;
using rota::file_action;
using rota::io_handle;
using rota::open_flags;

using opening = observed<rota::open_file_operation>;
using reading = observed<rota::read_at_operation>;
using writing = observed<rota::write_at_operation>;
using syncing = observed<rota::sync_file_operation>;
using calling = observed<rota::file_call_operation>;
using watching = observed<rota::watch_operation>;

constexpr auto new_file = open_flags::read | open_flags::write | open_flags::create | open_flags::exclusive;

class file_operations : public engine_test {
protected:
    file_operations() {
        static int made = 0;
        folder_ = "/tmp/rota-engine-" + std::to_string(::getpid()) + '-' + std::to_string(++made);
        EXPECT_EQ(call(file_action::create_directory, folder_, 0755), 0);
    }
    ~file_operations() override { EXPECT_EQ(call(file_action::remove_all, folder_), 0); }

    std::string path(std::string const& name) const { return folder_ + '/' + name; }

    std::int32_t call(file_action action, std::string const& at, std::uint64_t number = 0) {
        calling op(action, at.c_str());
        op.number = number;
        return run(op);
    }
    std::int32_t call(file_action action, std::string const& at, std::string const& other) {
        calling op(action, at.c_str());
        op.other = other.c_str();
        return run(op);
    }

    std::int32_t open(std::string const& at, open_flags how, io_handle* opened = nullptr) {
        opening op(at.c_str(), how, 0644U);
        auto const result = run(op);
        if (result == 0 && opened)
            *opened = op.opened;
        else if (result == 0)
            close(op.opened);
        return result;
    }
    io_handle make(std::string const& name, std::string_view content = {}) {
        io_handle file;
        EXPECT_EQ(open(path(name), new_file, &file), 0);
        write(file, content, 0);
        return file;
    }

    void write(io_handle to, std::string_view content, std::uint64_t offset) {
        while (!content.empty()) {
            writing op(to, content.data(), content.size(), offset);
            auto const count = run(op);
            ASSERT_GT(count, 0);
            content.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }
    std::string read(io_handle from, std::uint64_t offset = 0) {
        std::string all;
        for (;;) {
            std::string room(70'000, '?');
            reading op(from, room.data(), room.size(), offset + all.size());
            auto const count = run(op);
            EXPECT_GE(count, 0);
            if (count <= 0) return all;
            all.append(room, 0, static_cast<std::size_t>(count));
        }
    }

private:
    std::string folder_;
};

TEST_P(file_operations, what_was_written_is_read_back_from_any_offset) {
    auto const file = make("some");
    std::string content(200'000, ' ');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + i % 23);
    write(file, content, 0);
    EXPECT_EQ(read(file), content);
    EXPECT_EQ(read(file, 150'001), content.substr(150'001));
    EXPECT_EQ(read(file, 200'000), "");
    write(file, "END", 199'998);
    EXPECT_EQ(read(file, 199'990), content.substr(199'990, 8) + "END");
    EXPECT_EQ(close(file), 0);
}

TEST_P(file_operations, an_open_tells_what_it_opened) {
    close(make("some", "twelve bytes"));
    opening op(path("some").c_str(), open_flags::read, 0U);
    auto const at = path("some");
    op.path = at.c_str();
    EXPECT_EQ(run(op), 0);
    EXPECT_TRUE(op.status.is_regular_file());
    EXPECT_EQ(op.status.size, 12U);
    EXPECT_EQ(close(op.opened), 0);
}

TEST_P(file_operations, refuse_with_the_reason) {
    close(make("some"));
    EXPECT_EQ(open(path("other"), open_flags::read), -ENOENT);
    EXPECT_EQ(open(path("some"), new_file), -EEXIST);
    EXPECT_EQ(open(path("some/below"), open_flags::read), -ENOTDIR);
    EXPECT_EQ(open(path(""), open_flags::read), -EISDIR);
    EXPECT_EQ(open(path(""), open_flags::write), -EISDIR);
    EXPECT_EQ(open(path("some"), open_flags::read | open_flags::directory), -ENOTDIR);
    EXPECT_EQ(open(path(std::string(256, 'n')), open_flags::read), -ENAMETOOLONG);
    EXPECT_EQ(open("", open_flags::read), -ENOENT);
    EXPECT_EQ(open(path(""), open_flags::read | open_flags::directory), 0);

    io_handle reader;
    ASSERT_EQ(open(path("some"), open_flags::read, &reader), 0);
    writing refused(reader, "x", 1U, 0U);
    EXPECT_EQ(run(refused), -EBADF);
    close(reader);
}

TEST_P(file_operations, appended_writes_go_to_the_end) {
    auto const file = make("some", "begin");
    io_handle appending;
    ASSERT_EQ(open(path("some"), open_flags::append, &appending), 0);
    write(appending, " and end", 0);
    EXPECT_EQ(read(file), "begin and end");
    close(appending);
    close(file);
}

TEST_P(file_operations, the_current_position_goes_on) {
    auto const file = make("some", "onetwo");
    std::string got;
    for (;;) {
        char room[4];
        reading op(file, room, 4U, rota::at_current_position);
        auto const count = run(op);
        ASSERT_GE(count, 0);
        if (count == 0) break;
        got.append(room, static_cast<std::size_t>(count));
    }
    EXPECT_EQ(got, "onetwo");
    close(file);
}

TEST_P(file_operations, a_transfer_of_nothing_is_done_at_once) {
    auto const file = make("some", "x");
    char room = '?';
    reading none(file, &room, 0U, 0U);
    EXPECT_FALSE(start(none));
    EXPECT_EQ(none.result(), 0);
    writing nothing(file, &room, 0U, 0U);
    EXPECT_FALSE(start(nothing));
    EXPECT_EQ(nothing.result(), 0);
    close(file);
}

TEST_P(file_operations, many_are_under_way_on_one_file) {
    auto const file = make("some", std::string(64 * 100, 'x'));
    std::vector<std::unique_ptr<reading>> all;
    std::vector<std::string> rooms(64, std::string(100, '?'));
    for (std::size_t i = 0; i < 64; ++i) {
        all.push_back(std::make_unique<reading>(file, rooms[i].data(), std::size_t{100}, std::uint64_t{100 * i}));
        start(*all.back());
    }
    for (auto const& each : all) EXPECT_GT(finish(*each), 0);
    close(file);
}

TEST_P(file_operations, a_close_waits_for_what_is_pending_and_makes_the_handle_stale) {
    auto const file = make("some", "content");
    syncing sync(file, false);
    start(sync);
    closing close(file);
    start(close);
    char room = '?';
    reading late(file, &room, 1U, 0U);
    EXPECT_FALSE(start(late));
    EXPECT_EQ(late.result(), -EBADF);
    EXPECT_EQ(finish(close), 0);
    EXPECT_TRUE(sync.done);
    EXPECT_EQ(sync.result(), 0);
}

TEST_P(file_operations, a_cancelled_one_ends_with_its_result_or_with_nothing_done) {
    auto const at = path("some");
    for (int turn = 0; turn < 20; ++turn) {
        opening open(at.c_str(), new_file, 0644U);
        start(open);
        if (turn % 2 == 0) poll();
        if (!open.done) engine().cancel(open);
        auto const result = finish(open);
        ASSERT_TRUE(result == 0 || result == -ECANCELED) << result;
        if (result == 0) {
            syncing sync(open.opened, true);
            start(sync);
            if (!sync.done) engine().cancel(sync);
            EXPECT_TRUE(finish(sync) == 0 || sync.result() == -ECANCELED);
            close(open.opened);
        }
        EXPECT_EQ(call(file_action::remove, at), result == 0 ? 0 : -ENOENT);
    }
}

TEST_P(file_operations, sync_and_truncate) {
    auto const file = make("some", "0123456789");
    calling cut(file_action::truncate, file);
    cut.number = 4;
    EXPECT_EQ(run(cut), 0);
    EXPECT_EQ(read(file), "0123");
    calling longer(file_action::truncate, file);
    longer.number = 6;
    EXPECT_EQ(run(longer), 0);
    EXPECT_EQ(read(file), std::string("0123\0\0", 6));
    for (bool const content_only : {false, true}) {
        syncing sync(file, content_only);
        EXPECT_EQ(run(sync), 0);
    }
    close(file);
}

TEST_P(file_operations, stat_follows_links_or_looks_at_them) {
    close(make("some", "four"));
    EXPECT_EQ(call(file_action::create_symlink, "some", path("link")), 0);
    EXPECT_EQ(call(file_action::create_symlink, "some", path("link")), -EEXIST);
    auto const link = path("link");
    calling through(file_action::stat, link.c_str());
    EXPECT_EQ(run(through), 0);
    EXPECT_EQ(through.status.size, 4U);
    calling itself(file_action::stat_link, link.c_str());
    EXPECT_EQ(run(itself), 0);
    EXPECT_TRUE(itself.status.is_symlink());
    calling target(file_action::read_symlink, link.c_str());
    EXPECT_EQ(run(target), 0);
    EXPECT_EQ(target.text, "some");
    EXPECT_EQ(open(link, open_flags::read), 0);
    EXPECT_EQ(open(link, open_flags::read | open_flags::no_follow), -ELOOP);
    EXPECT_EQ(call(file_action::create_symlink, "ring", path("ring")), 0);
    EXPECT_EQ(open(path("ring"), open_flags::read), -ELOOP);
}

TEST_P(file_operations, names_are_changed_listed_and_removed) {
    close(make("one", "1"));
    close(make("two", "22"));
    EXPECT_EQ(call(file_action::create_directory, path("folder"), 0755), 0);
    EXPECT_EQ(call(file_action::create_directory, path("folder"), 0755), -EEXIST);
    EXPECT_EQ(call(file_action::rename, path("one"), path("folder/moved")), 0);
    EXPECT_EQ(call(file_action::rename, path("one"), path("two")), -ENOENT);
    EXPECT_EQ(call(file_action::rename, path("folder"), path("folder/inside")), -EINVAL);
    EXPECT_EQ(call(file_action::rename, path("two"), path("folder")), -EISDIR);
    EXPECT_EQ(call(file_action::remove, path("folder")), -ENOTEMPTY);

    auto const at = path("");
    calling listing(file_action::list, at.c_str());
    EXPECT_EQ(run(listing), 0);
    std::sort(listing.entries.begin(), listing.entries.end(),
              [](auto const& a, auto const& b) { return a.name < b.name; });
    ASSERT_EQ(listing.entries.size(), 2U);
    EXPECT_EQ(listing.entries[0].name, "folder");
    EXPECT_EQ(listing.entries[1].name, "two");

    auto const folder = path("folder");
    calling all(file_action::remove_all, folder.c_str());
    EXPECT_EQ(run(all), 0);
    EXPECT_EQ(all.number, 2U);
    EXPECT_EQ(run(all), 0);
    EXPECT_EQ(all.number, 0U);
    EXPECT_EQ(call(file_action::remove, path("two")), 0);
    EXPECT_EQ(call(file_action::remove, path("two")), -ENOENT);
    EXPECT_EQ(call(file_action::list, path("two")), -ENOENT);
}

TEST_P(file_operations, a_removed_file_lives_until_it_is_closed) {
    auto const file = make("some", "content");
    EXPECT_EQ(call(file_action::remove, path("some")), 0);
    EXPECT_EQ(read(file), "content");
    EXPECT_EQ(close(file), 0);
}

TEST_P(file_operations, a_watch_tells_what_happens_in_a_directory_until_it_is_closed) {
    auto const at = path("");
    calling open(file_action::watch, at.c_str());
    ASSERT_EQ(run(open), 0);
    watching first(open.opened);
    EXPECT_TRUE(start(first));
    poll();
    EXPECT_FALSE(first.done);
    close(make("new"));
    EXPECT_EQ(finish(first), 0);
    ASSERT_FALSE(first.events.empty());
    EXPECT_EQ(first.events.front().what, static_cast<std::uint32_t>(rota::watch_bits::created));
    EXPECT_EQ(first.events.front().name, "new");

    watching cancelled(open.opened);
    std::int32_t result = 0;
    while (result == 0) {  // what is left of the first change
        cancelled.events.clear();
        start(cancelled);
        poll();
        if (!cancelled.done) engine().cancel(cancelled);
        result = finish(cancelled);
    }
    EXPECT_EQ(result, -ECANCELED);

    watching last(open.opened);
    start(last);
    poll();
    EXPECT_EQ(close(open.opened), 0);
    EXPECT_EQ(last.result(), -ECANCELED);
}

TEST_P(file_operations, a_watch_of_what_is_not_there_is_refused) {
    auto const at = path("nothing");
    calling open(file_action::watch, at.c_str());
    EXPECT_EQ(run(open), -ENOENT);
}

INSTANTIATE_TEST_SUITE_P(engine, file_operations, testing::ValuesIn(all_engines()), name_of);

class simulated_disk : public engine_test {
protected:
    io_handle open(char const* at, open_flags how) {
        opening op(at, how, 0644U);
        EXPECT_EQ(run(op), 0);
        return op.opened;
    }
};

TEST_P(simulated_disk, fills_up) {
    rota::engine_options options;
    options.disk_bytes = 10;
    make(options);
    auto const file = open("/tmp/some", new_file);
    std::int32_t result = 0;
    std::int32_t written = 0;
    while (result >= 0) {
        written += result;
        writing op(file, "0123456789ABCDEF", 16U, static_cast<std::uint64_t>(written));
        result = run(op);
    }
    EXPECT_EQ(result, -ENOSPC);
    EXPECT_EQ(written, 10);
    calling remove(file_action::remove, "/tmp/some");
    EXPECT_EQ(run(remove), 0);
    EXPECT_EQ(close(file), 0);
    auto const next = open("/tmp/next", new_file);
    writing fits(next, "0", 1U, 9U);
    EXPECT_EQ(run(fits), 1);
    close(next);
}

TEST_P(simulated_disk, fails_where_it_is_told_to) {
    rota::engine_options options;
    options.disk_fault_one_in = 3;
    make(options);
    auto const file = open("/tmp/some", new_file);
    int failed = 0;
    for (int i = 0; i < 60; ++i) {
        syncing sync(file, false);
        auto const result = run(sync);
        ASSERT_TRUE(result == 0 || result == -EIO);
        if (result == -EIO) ++failed;
    }
    EXPECT_GT(failed, 5);
    EXPECT_LT(failed, 40);
    close(file);
}

TEST_P(simulated_disk, asks_for_permission) {
    auto const file = open("/tmp/some", new_file);
    close(file);
    calling forbid(file_action::set_permissions, "/tmp/some");
    forbid.number = 0400;
    EXPECT_EQ(run(forbid), 0);
    opening writer("/tmp/some", open_flags::write, 0U);
    EXPECT_EQ(run(writer), -EACCES);
    calling close_folder(file_action::set_permissions, "/tmp");
    close_folder.number = 0;
    EXPECT_EQ(run(close_folder), 0);
    opening reader("/tmp/some", open_flags::read, 0U);
    EXPECT_EQ(run(reader), -EACCES);
}

TEST_P(simulated_disk, tells_of_an_overflow) {
    auto const file = open("/tmp/some", new_file);
    calling open(file_action::watch, "/tmp/some");
    ASSERT_EQ(run(open), 0);
    for (int i = 0; i < 10'000; ++i) {
        calling change(file_action::set_permissions, "/tmp/some");
        change.number = 0644;
        EXPECT_EQ(run(change), 0);
        writing write(file, "x", 1U, 0U);
        EXPECT_EQ(run(write), 1);
    }
    watching all(open.opened);
    EXPECT_EQ(run(all), 0);
    EXPECT_EQ(all.events.back().what, static_cast<std::uint32_t>(rota::watch_bits::overflow));
    close(open.opened);
    close(file);
}

INSTANTIATE_TEST_SUITE_P(engine, simulated_disk,
                         testing::Values(contestant{"simulated", rota::engine_kind::simulated},
                                         contestant{"simulated_with_a_seed", rota::engine_kind::simulated, 0, 7}),
                         name_of);

}  // namespace
