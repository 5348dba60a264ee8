#include "fs_kit.hpp"

namespace {

using namespace fs_kit;
using kind = rota::path_change::kind;

class Watch : public fs_test {};

std::string describe(rota::path_change const& change) {
    constexpr char const* names[] = {"created", "modified", "written", "attributes", "removed", "renamed", "overflow"};
    std::string text = names[static_cast<std::size_t>(change.what)];
    if (!change.old_name.empty()) text += ' ' + change.old_name + " to";
    if (!change.name.empty()) text += ' ' + change.name;
    return text;
}

/// Up to and with the change that is described as `last`, each behind a comma.
coro<std::string> changes_until(rota::path_watch& watching, std::string last) {
    std::string all;
    while (auto change = co_await watching.next()) {
        auto const text = describe(*change);
        all += ',' + text;
        if (text == last) break;
    }
    co_return all;
}

TEST_P(Watch, TellsWhatHappensInADirectory) {
    run([](std::string const& folder) -> coro<> {
        auto watching = co_await rota::watch(folder);
        EXPECT_EQ(watching.path(), folder);
        co_await rota::write_file(folder + "/one", "content");
        co_await rota::rename(folder + "/one", folder + "/two");
        co_await rota::set_permissions(folder + "/two", 0600);
        co_await rota::remove(folder + "/two");
        auto const all = co_await changes_until(watching, "removed two");
        // The content comes with the name it was made under, and is told once, however often it was written to.
        EXPECT_EQ(all, ",created one,written one,renamed one to two,attributes two,removed two");
    });
}

TEST_P(Watch, TellsOfMovesInAndOut) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::create_directory(folder + "/in");
        co_await rota::write_file(folder + "/some", "");
        auto watching = co_await rota::watch(folder + "/in");
        co_await rota::rename(folder + "/some", folder + "/in/some");
        co_await rota::rename(folder + "/in/some", folder + "/some");
        EXPECT_EQ(co_await changes_until(watching, "removed some"), ",created some,removed some");
    });
}

TEST_P(Watch, OfAFileEndsWhenItIsRemoved) {
    run([](std::string const& folder) -> coro<> {
        auto const at = folder + "/some";
        co_await rota::write_file(at, "");
        auto watching = co_await rota::watch(at);
        auto some = co_await rota::open_file(at, "a");
        co_await some.write("x");
        co_await some.write("y");
        co_await some.close();
        co_await rota::remove(at);
        auto const all = co_await changes_until(watching, "");
        EXPECT_TRUE(all.starts_with(",modified,written,")) << all;
        EXPECT_TRUE(all.ends_with(",removed")) << all;
        EXPECT_FALSE(co_await watching.next());
    });
}

TEST_P(Watch, WaitsUntilSomethingHappens) {
    run([](std::string const& folder) -> coro<> {
        auto watching = co_await rota::watch(folder);
        auto const waiting = rota::create_task(watching.next());
        co_await rota::sleep(20ms);
        EXPECT_FALSE(waiting.done());
        co_await what_of<rota::usage_error>(watching.next());
        co_await rota::create_directory(folder + "/new");
        auto const change = co_await waiting;
        EXPECT_TRUE(change && change->what == kind::created && change->name == "new");
    });
}

TEST_P(Watch, ACancelLosesNoChange) {
    run([](std::string const& folder) -> coro<> {
        auto watching = co_await rota::watch(folder);
        for (int i = 0; i < 5; ++i) {
            auto const waiting = rota::create_task(watching.next());
            co_await rota::yield();
            co_await rota::yield();
            waiting.cancel();
            co_await rota::wait(waiting);
            EXPECT_TRUE(waiting.cancelled());
        }
        co_await rota::create_directory(folder + "/new");
        auto const change = co_await watching.next();
        EXPECT_TRUE(change && change->name == "new");
    });
}

TEST_P(Watch, OfWhatIsNotThereIsRefused) {
    run([](std::string const& folder) -> coro<> {
        EXPECT_EQ(co_await refused(std::errc::no_such_file_or_directory, rota::watch(folder + "/no")),
                  "watch " + folder + "/no: No such file or directory");
        rota::path_watch const empty;
        EXPECT_THROW(empty.path(), rota::usage_error);
    });
}

TEST_P(Watch, TellsThatThereWasTooMuch) {
    if (real()) GTEST_SKIP() << "the kernel keeps as much as it is set to";
    run([](std::string const& folder) -> coro<> {
        auto watching = co_await rota::watch(folder);
        auto one = co_await rota::open_file(folder + "/one", "w");
        auto two = co_await rota::open_file(folder + "/two", "w");
        for (int i = 0; i < 9'000; ++i) {
            co_await one.write("x");
            co_await two.write("x");
        }
        auto const all = co_await changes_until(watching, "overflow");
        EXPECT_TRUE(all.ends_with(",overflow")) << all.size();
    });
}

ROTA_ON_ALL_ENGINES(Watch);

}  // namespace
