// No byte that was received is lost, and a write left half-way is told.
#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/io/memory_stream.hpp>
#include <rota/io/stream.hpp>
#include <rota/testing/torture.hpp>

#include <array>
#include <memory>
#include <string>

namespace {

using namespace io_kit;
using rota::coro;
using rota::stream;

template <class T>
coro<> settle(rota::task<T> const& task) {
    while (!task.done()) co_await rota::yield();
}

TEST(StreamCancel, OfAReadThatHasGatheredSomeLeavesItReadable) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<> { co_await from.read_exactly(10); };
        auto const reading = rota::create_task(read(pair.first));
        co_await pair.second.write("abc");
        for (int turns = 0; turns < 3; ++turns) co_await rota::yield();
        reading.cancel();
        co_await settle(reading);
        EXPECT_TRUE(reading.cancelled());
        co_await pair.second.write("def");
        EXPECT_EQ(co_await pair.first.read_exactly(6), "abcdef");
    });
}

TEST(StreamCancel, OfAReadWhoseBytesHaveComeDeliversThem) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<std::string> { co_return co_await from.read_exactly(3); };
        auto const reading = rota::create_task(read(pair.first));
        co_await rota::yield();
        co_await pair.second.write("abc");
        reading.cancel();
        EXPECT_EQ(co_await reading, "abc");
    });
}

TEST(StreamCancel, AtTheEntryOfAReadTakesNothing) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.second.write("abc");
        auto read = [](stream& from) -> coro<> { co_await from.read_exactly(3); };
        auto cancel_itself = [&]() -> coro<> {
            rota::current_task().cancel();
            co_await read(pair.first);
        };
        auto const reading = rota::create_task(cancel_itself());
        co_await settle(reading);
        EXPECT_TRUE(reading.cancelled());
        EXPECT_EQ(co_await pair.first.read_exactly(3), "abc");
    });
}

TEST(StreamCancel, TakenBackInTimeLetsTheReadGoOn) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<std::string> {
            co_return co_await rota::with_shield(from.read_exactly(3));
        };
        auto const reading = rota::create_task(read(pair.first));
        co_await rota::yield();
        reading.cancel();
        reading.uncancel();
        co_await pair.second.write("abc");
        EXPECT_EQ(co_await reading, "abc");
    });
}

TEST(StreamCancel, OfAWriteThatWaitsForItsTurnDidNothing) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto write = [](stream& to, std::string bytes) -> coro<> { co_await to.write(bytes); };
        auto const first = rota::create_task(write(pair.first, "0123456789"));
        auto const second = rota::create_task(write(pair.first, "second"));
        auto const third = rota::create_task(write(pair.first, "third"));
        for (int turns = 0; turns < 3; ++turns) co_await rota::yield();
        second.cancel();
        co_await settle(second);
        EXPECT_TRUE(second.cancelled());
        EXPECT_EQ(co_await pair.second.read_exactly(15), "0123456789third");
        co_await first;
        co_await third;
    });
}

TEST(StreamCancel, OfAWriteBeforeItsFirstByteDidNothing) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        co_await pair.first.write("full");
        auto write = [](stream& to, std::string bytes) -> coro<> { co_await to.write(bytes); };
        auto const first = rota::create_task(write(pair.first, "never"));
        auto const second = rota::create_task(write(pair.first, "next"));
        for (int turns = 0; turns < 3; ++turns) co_await rota::yield();
        first.cancel();
        co_await settle(first);
        EXPECT_TRUE(first.cancelled());
        EXPECT_EQ(co_await pair.second.read_exactly(8), "fullnext");
        co_await second;
    });
}

TEST(StreamCancel, OfAWriteHalfWayBreaksTheWritingSideAndIsTold) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto write = [](stream& to, std::string bytes) -> coro<> { co_await to.write(bytes); };
        auto const first = rota::create_task(write(pair.first, "0123456789"));
        auto const queued = rota::create_task(what_of<rota::broken_write_error>(pair.first.write("queued")));
        for (int turns = 0; turns < 3; ++turns) co_await rota::yield();
        first.cancel();
        co_await settle(first);
        EXPECT_TRUE(first.cancelled());
        std::string const told =
            "send to memory after a write that was cancelled half-way (4 of 10 bytes went; close the stream): Broken "
            "pipe";
        EXPECT_EQ(co_await queued, told);
        EXPECT_EQ(co_await what_of<rota::broken_write_error>(pair.first.write("later")), told);
        // Reading is not touched by it.
        EXPECT_EQ(co_await pair.second.read_exactly(4), "0123");
        co_await pair.second.write("ok");
        EXPECT_EQ(co_await pair.first.read_some(), "ok");
    });
}

TEST(StreamCancel, OfAWriteThatHasAllGoneIsDelivered) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(4);
        auto write = [](stream& to) -> coro<int> {
            co_await to.write("01234567");
            co_return 1;
        };
        auto const writing = rota::create_task(write(pair.first));
        co_await rota::yield();
        EXPECT_EQ(co_await pair.second.read_exactly(5), "01234");
        writing.cancel();
        EXPECT_EQ(co_await writing, 1);
        EXPECT_EQ(co_await pair.second.read_exactly(3), "567");
    });
}

TEST(StreamCancel, CloseClosesInAnyCase) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto close = [](stream& which) -> coro<> {
            rota::current_task().cancel();
            co_await which.close();
        };
        auto const closing = rota::create_task(close(pair.first));
        EXPECT_EQ(co_await pair.second.read(), "");
        EXPECT_TRUE(closing.cancelled());
        EXPECT_TRUE(pair.first.is_closing());
    });
}

/// A reader is cancelled anywhere; what it got and what is left are all that was sent, in order.
template <class Read>
struct torture_reader : rota::testing::scenario {
    std::pair<stream, stream> pair = rota::memory_stream_pair(5);
    std::string const sent = pattern(40) + "\n" + pattern(30);
    std::string got;

    coro<> subject() override {
        while (got.size() < sent.size()) {
            auto const piece = co_await Read::read(pair.first);
            if (piece.empty()) break;
            got += piece;
        }
    }
    coro<> environment() override {
        co_await pair.second.write(sent);
        co_await pair.second.write_eof();
    }
    coro<> verify() override {
        got += co_await pair.first.read();
        require(got == sent, "bytes are lost");
    }
};

struct read_some {
    static coro<std::string> read(stream& from) { co_return co_await from.read_some(3); }
};
struct read_exactly {
    static coro<std::string> read(stream& from) {
        // Not past the end: the part that came is in that error.
        co_return co_await from.read_exactly(71);
    }
};
struct read_line {
    static coro<std::string> read(stream& from) { co_return co_await from.read_line(); }
};
struct read_all {
    static coro<std::string> read(stream& from) { co_return co_await from.read(); }
};
struct read_into {
    static coro<std::string> read(stream& from) {
        std::string room(20'000, '\0');
        room.resize(co_await from.read_into(room));
        co_return room;
    }
};
struct fill {
    static coro<std::string> read(stream& from) {
        co_await from.fill();
        std::string piece(from.buffered());
        from.consume(piece.size());
        co_return piece;
    }
};

template <class Read>
void torture() {
    auto const make = [] { return std::make_unique<torture_reader<Read>>(); };
    EXPECT_GT(rota::testing::cancel_torture(make).stopped, 0U);
    EXPECT_GT(rota::testing::allocation_torture(make).stopped, 0U);
}

TEST(StreamTorture, ReadSome) { torture<read_some>(); }
TEST(StreamTorture, ReadExactly) { torture<read_exactly>(); }
TEST(StreamTorture, ReadLine) { torture<read_line>(); }
TEST(StreamTorture, ReadAll) { torture<read_all>(); }
TEST(StreamTorture, ReadInto) { torture<read_into>(); }
TEST(StreamTorture, Fill) { torture<fill>(); }

/// Of two writers one is cancelled anywhere: its bytes go whole or not at all, or the next write tells how many went.
struct torture_writer : rota::testing::scenario {
    std::pair<stream, stream> pair = rota::memory_stream_pair(5);
    std::string got;

    coro<> subject() override { co_await pair.first.write("abcdefghijkl"); }
    coro<> environment() override {
        while (true) {
            auto const piece = co_await pair.second.read_some(4);
            if (piece.empty()) break;
            got += piece;
        }
    }
    coro<> verify() override {
        std::size_t broken_after = 0;
        try {
            co_await pair.first.write("XYZ");
            co_await pair.first.write_eof();
        } catch (rota::broken_write_error const& error) {
            broken_after = error.sent();
            require(broken_after != 0 && broken_after < 12, "a whole write, or none, was told as a broken one");
        }
        co_await pair.first.close();
        for (int turns = 0; turns < 10; ++turns) co_await rota::yield();
        if (broken_after != 0)
            require(got == std::string("abcdefghijkl").substr(0, broken_after), "another count went than was told");
        else
            require(got == "abcdefghijklXYZ" || got == "XYZ" || environment_failed(),
                    "a write went in part, and nobody was told");
    }
};

TEST(StreamTorture, Write) {
    auto const make = [] { return std::make_unique<torture_writer>(); };
    EXPECT_GT(rota::testing::cancel_torture(make).stopped, 0U);
    EXPECT_GT(rota::testing::allocation_torture(make).stopped, 0U);
}

}  // namespace
