// Reading. Writing and closing are in stream_writing_test.cpp, cancels in stream_cancel_test.cpp.
#include <rota/io/stream.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/result.hpp>
#include <rota/io/memory_stream.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace io_kit;
using rota::coro;
using rota::stream;

coro<> feed(stream to, std::string bytes) {
    try {
        co_await to.write(bytes);
        co_await to.write_eof();
    } catch (rota::system_error const& error) {
        EXPECT_TRUE(error.code() == std::errc::broken_pipe) << error.what();  // the reader has gone
    }
}

/// A stream that `bytes` come out of, in pieces of at most `piece`, and then the end.
class source {
public:
    explicit source(std::string bytes, std::size_t piece = 64, rota::stream_options const& options = {}) {
        auto pair = rota::memory_stream_pair(piece, options);
        near_ = std::move(pair.first);
        rota::create_task(feed(std::move(pair.second), std::move(bytes)));
    }
    stream* operator->() { return &near_; }

private:
    stream near_;
};

TEST(Stream, ReadGivesEverythingUpToTheEnd) {
    run_simulated([]() -> coro<> {
        auto const bytes = pattern(100'000);
        source from(bytes, 1000);
        EXPECT_FALSE(from->at_eof());
        EXPECT_EQ(co_await from->read(), bytes);
        EXPECT_TRUE(from->at_eof());
        EXPECT_EQ(co_await from->read(), "");
    });
}

TEST(Stream, ReadGivesUpAtItsLimitAndTheBytesStay) {
    run_simulated([]() -> coro<> {
        rota::stream_options options;
        options.read_all_limit = 10;
        source from("0123456789ABCDEF", 4, options);
        auto const text = co_await what_of<rota::limit_overrun_error>(from->read());
        EXPECT_EQ(text,
                  "receive from memory: more than 10 bytes came; read them in pieces, or raise "
                  "stream_options::read_all_limit");
        EXPECT_EQ(co_await from->read_exactly(16), "0123456789ABCDEF");
    });
}

TEST(Stream, ReadSomeGivesWhatIsThere) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair();
        co_await far.write("abcdef");
        EXPECT_EQ(co_await near.read_some(4), "abcd");
        EXPECT_EQ(co_await near.read(100), "ef");
        co_await far.write_eof();
        EXPECT_EQ(co_await near.read_some(), "");
        EXPECT_EQ(co_await near.read_some(), "");
    });
}

TEST(Stream, ReadSomeOfNothingDoesNotWait) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair();
        EXPECT_EQ(co_await near.read_some(0), "");
        EXPECT_EQ(co_await near.read_exactly(0), "");
    });
}

TEST(Stream, ReadIntoFillsMemoryOfTheCaller) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair();
        co_await far.write("abcdef");
        std::array<char, 4> room{};
        EXPECT_EQ(co_await near.read_into(room), 4U);
        EXPECT_EQ(std::string_view(room.data(), 4), "abcd");
        EXPECT_EQ(co_await near.read_into(std::as_writable_bytes(std::span(room))), 2U);
        EXPECT_EQ(std::string_view(room.data(), 4), "efcd");
        co_await far.write_eof();
        EXPECT_EQ(co_await near.read_into(room), 0U);
    });
}

TEST(Stream, LargeReadIntoLeavesTheRestToOtherReads) {
    run_simulated([]() -> coro<> {
        auto const bytes = pattern(200'000);
        source from(bytes, 50'000);
        std::string got = co_await from->read_exactly(10);
        std::string room(30'000, '\0');
        while (std::size_t const count = co_await from->read_into(room)) {
            got.append(room, 0, count);
            if (got.size() % 3 == 0) got += co_await from->read_some(7);
        }
        EXPECT_TRUE(got == bytes);
    });
}

TEST(Stream, ReadExactlyGathersPieces) {
    run_simulated([]() -> coro<> {
        auto const bytes = pattern(300'000);
        source from(bytes, 777);
        EXPECT_TRUE(co_await from->read_exactly(1) == bytes.substr(0, 1));
        EXPECT_TRUE(co_await from->read_exactly(200'000) == bytes.substr(1, 200'000));
        EXPECT_TRUE(co_await from->read_exactly(99'999) == bytes.substr(200'001));
        EXPECT_TRUE(from->at_eof() || (co_await from->read()).empty());
    });
}

TEST(Stream, ReadExactlyPastTheEndGivesThePartAndTakesIt) {
    run_simulated([]() -> coro<> {
        source from("abc");
        try {
            co_await from->read_exactly(5);
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::incomplete_read_error const& error) {
            EXPECT_EQ(error.partial(), "abc");
            EXPECT_EQ(error.expected(), 5U);
        }
        EXPECT_EQ(co_await from->read(), "");
    });
}

TEST(Stream, ReadUntilGivesTheSeparatorToo) {
    run_simulated([]() -> coro<> {
        // A separator that is cut anywhere, and one whose beginning comes twice.
        source from("one\r\ntwo\r\r\n\r\nrest", 1);
        EXPECT_EQ(co_await from->read_until("\r\n"), "one\r\n");
        EXPECT_EQ(co_await from->read_until("\r\n\r\n"), "two\r\r\n\r\n");
        try {
            co_await from->read_until("\r\n");
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::incomplete_read_error const& error) {
            EXPECT_EQ(error.partial(), "rest");
            EXPECT_EQ(error.expected(), std::nullopt);
        }
    });
}

TEST(Stream, ReadUntilOneOfSeveralSeparatorsTakesTheOneThatEndsFirst) {
    run_simulated([]() -> coro<> {
        for (std::size_t const piece : {1U, 100U}) {
            source from("a\r\nb;c\r\n\r\nd--e", piece);
            EXPECT_EQ(co_await from->read_until("\n", "\r\n", ";"), "a\r\n");
            EXPECT_EQ(co_await from->read_until("\r\n\r\n", ";"), "b;");
            std::string const long_one = "\r\n\r\n";
            EXPECT_EQ(co_await from->read_until(long_one, "--"), "c\r\n\r\n");
            std::vector<std::string_view> const list = {"-", "--"};
            EXPECT_EQ(co_await from->read_until(list), "d-");
            EXPECT_EQ(co_await from->read_until(list), "-");
            try {
                co_await from->read_until(list);
                ADD_FAILURE() << "nothing was thrown";
            } catch (rota::incomplete_read_error const& error) {
                EXPECT_EQ(error.partial(), "e");
                EXPECT_EQ(error.expected(), std::nullopt);
            }
        }
    });
}

TEST(Stream, SeveralSeparatorsShareTheLimit) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair(100, rota::stream_options(5));
        co_await far.write("1234567;89\n");
        try {
            co_await near.read_until("\n", ";");
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::limit_overrun_error const& error) {
            EXPECT_EQ(error.consumed(), 7U);
        }
        EXPECT_EQ(co_await near.read_exactly(8), "1234567;");
        EXPECT_EQ(co_await near.read_until("\n", ";"), "89\n");
    });
}

TEST(Stream, ReadUntilRefusesAnEmptySeparator) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair();
        EXPECT_THROW((void)near.read_until(""), rota::usage_error);
        EXPECT_THROW((void)near.read_until(";", ""), rota::usage_error);
        EXPECT_THROW((void)near.read_until(std::span<std::string_view const>()), rota::usage_error);
        co_return;
    });
}

TEST(Stream, APieceAsLongAsTheLimitIsReadAndALongerOneStays) {
    run_simulated([]() -> coro<> {
        source from("12345;123456;7", 3, rota::stream_options(5));
        EXPECT_EQ(co_await from->read_until(";"), "12345;");
        try {
            co_await from->read_until(";");
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::limit_overrun_error const& error) {
            EXPECT_EQ(error.consumed(), 6U);
            EXPECT_STREQ(error.what(),
                         "receive from memory: no separator in 5 bytes that came; read them with read_some, or raise "
                         "stream_options::limit");
        }
        EXPECT_EQ(co_await from->read_exactly(7), "123456;");
        EXPECT_EQ(co_await from->read(), "7");
    });
}

TEST(Stream, ASeparatorThatIsThereBeyondTheLimitIsTooFar) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair(100, rota::stream_options(5));
        co_await far.write("1234567;89");
        auto const text = co_await what_of<rota::limit_overrun_error>(near.read_until(";"));
        EXPECT_NE(text, "");
        EXPECT_EQ(co_await near.read_exactly(10), "1234567;89");
    });
}

TEST(Stream, ReadLineGivesLinesTheLastWithoutItsEndAndThenNothing) {
    run_simulated([]() -> coro<> {
        source from("first\n\nlast", 2);
        EXPECT_EQ(co_await from->read_line(), "first\n");
        EXPECT_EQ(co_await from->read_line(), "\n");
        EXPECT_EQ(co_await from->read_line(), "last");
        EXPECT_EQ(co_await from->read_line(), "");
        EXPECT_TRUE(from->at_eof());
    });
}

TEST(Stream, NextLineGivesLinesUntilTheEnd) {
    run_simulated([]() -> coro<> {
        source from("first\n\nlast", 4);
        std::vector<std::string> lines;
        while (auto line = co_await from->next_line()) lines.push_back(std::move(*line));
        EXPECT_EQ(lines, (std::vector<std::string>{"first\n", "\n", "last"}));
        EXPECT_TRUE(from->at_eof());
        auto const after = co_await from->next_line();
        EXPECT_EQ(after, std::nullopt);
    });
}

TEST(Stream, NextLineSaysWhereALineIsTooLong) {
    run_simulated([]() -> coro<> {
        source from("12345678\nnext\n", 4, rota::stream_options(5));
        co_await what_of<rota::limit_overrun_error>(from->next_line());
        EXPECT_EQ(co_await from->read_exactly(9), "12345678\n");
        auto const line = co_await rota::as_result(from->next_line());
        EXPECT_EQ(line.value(), "next\n");
    });
}

TEST(Stream, ALineLongerThanTheLimitStaysReadable) {
    run_simulated([]() -> coro<> {
        source from(std::string(20, 'x') + "\nnext\n", 8, rota::stream_options(10));
        co_await what_of<rota::limit_overrun_error>(from->read_line());
        co_await what_of<rota::limit_overrun_error>(from->read_line());
        EXPECT_EQ(co_await from->read_exactly(21), std::string(20, 'x') + "\n");
        EXPECT_EQ(co_await from->read_line(), "next\n");
    });
}

TEST(Stream, FillWaitsForMoreAndConsumeTakesIt) {
    run_simulated([]() -> coro<> {
        source from("abcdef", 4);
        EXPECT_EQ(from->buffered(), "");
        EXPECT_TRUE(co_await from->fill());
        EXPECT_EQ(from->buffered(), "abcd");
        from->consume(1);
        EXPECT_TRUE(co_await from->fill());
        EXPECT_EQ(from->buffered(), "bcdef");
        EXPECT_FALSE(co_await from->fill());
        EXPECT_EQ(from->buffered(), "bcdef");
        EXPECT_THROW(from->consume(6), rota::usage_error);
        EXPECT_EQ(co_await from->read(), "bcdef");
    });
}

TEST(Stream, FillStopsAtTheLimit) {
    run_simulated([]() -> coro<> {
        source from(std::string(100, 'x'), 8, rota::stream_options(16));
        EXPECT_TRUE(co_await from->fill());
        EXPECT_TRUE(co_await from->fill());
        co_await what_of<rota::limit_overrun_error>(from->fill());
        EXPECT_EQ((co_await from->read()).size(), 100U);
    });
}

TEST(Stream, ASecondReaderIsMisuse) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<std::string> { co_return co_await from.read_exactly(2); };
        auto const first = rota::create_task(read(near));
        co_await rota::yield();
        auto const text = co_await what_of<rota::usage_error>(near.read_some());
        EXPECT_EQ(text, "stream: two tasks read at once; let one read, or use a lock");
        EXPECT_THROW(near.consume(0), rota::usage_error);
        co_await far.write("ab");
        // The first one is woken and has not run yet: what came is its own.
        co_await what_of<rota::usage_error>(near.read_some());
        EXPECT_EQ(co_await first, "ab");
        co_await far.write("c");
        EXPECT_EQ(co_await near.read_some(), "c");
    });
}

TEST(Stream, AReadThatFindsItsBytesGivesOthersTheirTurnNowAndThen) {
    run_simulated([]() -> coro<> {
        source from(std::string(1000, 'x'), 1000);
        co_await from->fill();
        int others = 0;
        auto other = [&]() -> coro<> {
            for (;;) {
                ++others;
                co_await rota::yield();
            }
        };
        auto const beside = rota::create_task(other());
        for (int i = 0; i < 1000; ++i) co_await from->read_exactly(1);
        EXPECT_GT(others, 5);
        beside.cancel();
    });
}

TEST(Stream, AnEndlessReadGivesOthersTheirTurn) {
    run_simulated([]() -> coro<> {
        auto [near, far] = rota::memory_stream_pair(1000);
        auto endless = [](stream& to) -> coro<> {
            std::string const bytes(100'000'000, 'x');
            co_await to.write(bytes);
        };
        auto gather = [](stream& from) -> coro<> { co_await from.read_exactly(90'000'000); };
        auto const writing = rota::create_task(endless(far));
        auto const reading = rota::create_task(gather(near));
        for (int turns = 0; turns < 100; ++turns) co_await rota::yield();
        EXPECT_FALSE(reading.done());
        reading.cancel();
        writing.cancel();
    });
}

TEST(Stream, AsResultGivesErrorsWithoutThrowing) {
    run_simulated([]() -> coro<> {
        source from("abc");
        auto const failed = co_await rota::as_result(from->read_exactly(5));
        EXPECT_FALSE(failed.has_value());
        EXPECT_THROW(std::rethrow_exception(failed.error()), rota::incomplete_read_error);
        auto const end = co_await rota::as_result(from->read());
        EXPECT_EQ(end.value(), "");
    });
}

TEST(Stream, AnEmptyOneIsRefused) {
    stream empty;
    EXPECT_FALSE(empty);
    EXPECT_THROW((void)empty.read(), rota::usage_error);
    EXPECT_THROW((void)empty.write("x"), rota::usage_error);
    EXPECT_THROW((void)empty.close(), rota::usage_error);
    EXPECT_THROW((void)empty.at_eof(), rota::usage_error);
    EXPECT_THROW((void)empty.peer_name(), rota::usage_error);
}

TEST(Stream, MayBeMovedWhileATaskReadsIt) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<std::string> { co_return co_await from.read_line(); };
        auto const reading = rota::create_task(read(pair.first));
        co_await rota::yield();
        stream moved = std::move(pair.first);
        co_await pair.second.write("moved\n");
        EXPECT_EQ(co_await reading, "moved\n");
    });
}

TEST(Stream, DroppedUnderAReaderGivesItAnError) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        auto read = [](stream& from) -> coro<std::string> {
            co_return co_await what_of<rota::system_error>(from.read_line());
        };
        auto const reading = rota::create_task(read(pair.first));
        co_await rota::yield();
        pair.first = stream();
        EXPECT_EQ(co_await reading, "receive from memory (the stream is closed): Bad file descriptor");
    });
}

TEST(Stream, OfAnotherLoopIsRefused) {
    rota::runner one{rota::runner_options(rota::engine_kind::simulated)};
    auto make = []() -> coro<std::pair<stream, stream>> { co_return rota::memory_stream_pair(); };
    auto pair = one.run(make());
    auto use = [](stream& from) -> coro<> {
        auto const text = co_await what_of<rota::usage_error>(from.read());
        EXPECT_EQ(text,
                  "a stream was awaited that belongs to another loop; hand bytes across with run_coroutine_threadsafe");
        co_await what_of<rota::usage_error>(from.write("x"));
        co_await what_of<rota::usage_error>(from.close());
    };
    rota::runner other{rota::runner_options(rota::engine_kind::simulated)};
    other.run(use(pair.first));
}

}  // namespace
