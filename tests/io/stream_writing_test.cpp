// The writing half of a stream, and its closing.
#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/io/stream.hpp>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using rota::stream;

coro<> write(stream& to, std::string bytes) { co_await to.write(bytes); }

TEST(StreamWriting, EndsOnlyWhenTheTransportHasEverything) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(10);
        auto const writing = rota::create_task(write(pair.first, std::string(25, 'x')));
        for (int turns = 0; turns < 5; ++turns) co_await rota::yield();
        EXPECT_FALSE(writing.done());
        EXPECT_EQ((co_await pair.second.read_exactly(14)).size(), 14U);
        for (int turns = 0; turns < 5; ++turns) co_await rota::yield();
        EXPECT_TRUE(writing.done());
        EXPECT_EQ((co_await pair.second.read_exactly(11)).size(), 11U);
    });
}

TEST(StreamWriting, WritesOfSeveralTasksGoOutWholeAndInTheirOrder) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(7);
        std::vector<rota::task<>> writing;
        std::string expected;
        for (char each = 'a'; each <= 'j'; ++each) {
            std::string const bytes(20, each);
            expected += bytes;
            writing.push_back(rota::create_task(write(pair.first, bytes)));
        }
        EXPECT_EQ(co_await pair.second.read_exactly(expected.size()), expected);
        for (auto const& each : writing) co_await each;
    });
}

TEST(StreamWriting, NothingIsWrittenAtOnce) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.first.write("");
        std::array<std::byte, 2> const bytes{std::byte{'o'}, std::byte{'k'}};
        co_await pair.first.write(bytes);
        EXPECT_EQ(co_await pair.second.read_some(), "ok");
    });
}

TEST(StreamWriting, EofIsSeenBehindTheWritesBeforeItAndReadingGoesOn) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto eof = [](stream& to) -> coro<> { co_await to.write_eof(); };
        auto const writing = rota::create_task(write(pair.first, "0123456789"));
        auto const ending = rota::create_task(eof(pair.first));
        EXPECT_EQ(co_await pair.second.read(), "0123456789");
        co_await writing;
        co_await ending;
        co_await pair.first.write_eof();
        co_await pair.second.write("back");
        EXPECT_EQ(co_await pair.first.read_exactly(4), "back");
    });
}

TEST(StreamWriting, AfterEofIsMisuse) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.first.write_eof();
        EXPECT_EQ(co_await what_of<rota::usage_error>(pair.first.write("x")),
                  "stream: write to memory after write_eof");
    });
}

TEST(StreamWriting, ToAPeerThatHasClosedIsABrokenPipe) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto const writing = rota::create_task(what_of<rota::system_error>(pair.first.write("0123456789")));
        auto const next = rota::create_task(what_of<rota::system_error>(pair.first.write("next")));
        EXPECT_EQ(co_await pair.second.read_exactly(2), "01");
        co_await pair.second.close();
        EXPECT_EQ(co_await writing, "send to memory (8 of 10 bytes went): Broken pipe");
        EXPECT_EQ(co_await next, "send to memory: Broken pipe");
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.first.write("x")), "send to memory: Broken pipe");
    });
}

TEST(StreamClosing, TheOtherSideSeesTheEnd) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.first.write("last words");
        EXPECT_FALSE(pair.first.is_closing());
        co_await pair.first.close();
        EXPECT_TRUE(pair.first.is_closing());
        co_await pair.first.close();
        EXPECT_EQ(co_await pair.second.read(), "last words");
    });
}

TEST(StreamClosing, ByTheDestructorToo) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        pair.first = stream();
        EXPECT_EQ(co_await pair.second.read(), "");
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.second.write("x")), "send to memory: Broken pipe");
    });
}

TEST(StreamClosing, AfterItReadsAndWritesAreErrors) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.first.close();
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.first.read()),
                  "receive from memory (the stream is closed): Bad file descriptor");
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.first.write("x")),
                  "send to memory (the stream is closed): Bad file descriptor");
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.first.write("")),
                  "send to memory (the stream is closed): Bad file descriptor");
        EXPECT_EQ(co_await what_of<rota::system_error>(pair.first.write_eof()),
                  "shut down the sending side to memory (the stream is closed): Bad file descriptor");
    });
}

TEST(StreamClosing, WhatWasReceivedBeforeStaysReadable) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.second.write("one two");
        EXPECT_EQ(co_await pair.first.read_some(4), "one ");
        co_await pair.first.close();
        EXPECT_EQ(co_await pair.first.read_some(), "two");
        co_await what_of<rota::system_error>(pair.first.read_some());
    });
}

TEST(StreamClosing, ThoseWhoWaitGetAnError) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto const reading = rota::create_task(what_of<rota::system_error>(pair.first.read()));
        auto const writing = rota::create_task(what_of<rota::system_error>(pair.first.write("0123456789")));
        auto const queued = rota::create_task(what_of<rota::system_error>(pair.first.write("queued")));
        for (int turns = 0; turns < 3; ++turns) co_await rota::yield();
        co_await pair.first.close();
        EXPECT_EQ(co_await reading, "receive from memory (the stream is closed): Bad file descriptor");
        EXPECT_EQ(co_await writing, "send to memory (the stream is closed) (4 of 10 bytes went): Bad file descriptor");
        EXPECT_EQ(co_await queued, "send to memory (the stream is closed): Bad file descriptor");
    });
}

}  // namespace
