// Streams over TCP, on every engine, in simulation with short reads and writes.
#include "net/net_kit.hpp"

#include "base/receive_blocks.hpp"

#include <rota/base/error.hpp>
#include <rota/core/with_shield.hpp>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

class TcpStream : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, TcpStream, testing::ValuesIn(all_engines()), name_of);

coro<> echo(stream peer) {
    std::array<char, 1000> room;
    while (std::size_t const count = co_await peer.read_into(room)) co_await peer.write({room.data(), count});
    co_await peer.close();
}

coro<> send_pattern(stream peer) {
    auto const bytes = pattern(3'000'000);
    co_await peer.write(bytes);
    co_await peer.write_eof();
    EXPECT_EQ(co_await peer.read(), "thank you");
}

coro<> read_nothing(stream peer) {
    co_await rota::sleep(1h);
    co_await peer.close();
}

TEST_P(TcpStream, EchoesLinesAndCountedBytes) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        co_await client.write("hello\nwor");
        co_await client.write("ld\nabc;def\n");
        EXPECT_EQ(co_await client.read_line(), "hello\n");
        EXPECT_EQ(co_await client.read_exactly(6), "world\n");
        EXPECT_EQ(co_await client.read_until(";"), "abc;");
        co_await client.write_eof();
        EXPECT_EQ(co_await client.read(), "def\n");
        EXPECT_TRUE(client.at_eof());
    });
}

TEST_P(TcpStream, ALargeTransferArrivesByteForByte) {
    run([]() -> coro<> {
        auto server = co_await serve(send_pattern);
        auto client = co_await connect(server);
        EXPECT_TRUE(co_await client.read() == pattern(3'000'000));
        // The other direction is still open.
        co_await client.write("thank you");
        co_await client.write_eof();
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(TcpStream, KnowsBothEnds) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        EXPECT_EQ(client.peer_address(), server.sockets().front());
        EXPECT_EQ(client.peer_name(), server.sockets().front().to_string());
        EXPECT_EQ(client.local_address().host(), "127.0.0.1");
        EXPECT_NE(client.local_address().port(), 0);
        co_await client.close();
        EXPECT_EQ(client.local_address().family(), rota::address_family::unspecified);
        EXPECT_EQ(client.peer_address().host(), "127.0.0.1");
    });
}

TEST_P(TcpStream, ACancelledReadLosesNoByte) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        auto const bytes = pattern(5000);
        co_await client.write(bytes);
        std::string got;
        int cancelled = 0;
        auto read = [&]() -> coro<> {
            for (int pieces = 0; pieces < 3; ++pieces) got += co_await client.read_some(100);
        };
        auto exactly = [&]() -> coro<> {
            for (int pieces = 0; pieces < 3; ++pieces) got += co_await client.read_exactly(10);
        };
        for (int round = 0; got.size() < bytes.size(); ++round) {
            auto const reading = rota::create_task(round % 2 == 0 ? read() : exactly());
            co_await rota::sleep(round % 7 * 30us);
            reading.cancel();
            while (!reading.done()) co_await rota::sleep(10us);
            ++cancelled;
        }
        EXPECT_GT(cancelled, 1);
        EXPECT_TRUE(got == bytes);
    });
}

TEST_P(TcpStream, AWriteNobodyReadsWaitsAndCancelledHalfWayIsTold) {
    run([]() -> coro<> {
        auto server = co_await serve(read_nothing);
        auto client = co_await connect(server);
        auto write = [&]() -> coro<> {
            std::string const bytes(50'000'000, 'x');
            co_await client.write(bytes);
        };
        auto const writing = rota::create_task(write());
        co_await rota::sleep(50ms);
        EXPECT_FALSE(writing.done());
        writing.cancel();
        while (!writing.done()) co_await rota::sleep(1ms);
        EXPECT_TRUE(writing.cancelled());
        try {
            co_await client.write("more");
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::broken_write_error const& error) {
            EXPECT_GT(error.sent(), 0U);
            EXPECT_LT(error.sent(), 50'000'000U);
            EXPECT_EQ(error.size(), 50'000'000U);
        }
    });
}

coro<> reset(stream peer) {
    // Closing with bytes unread resets the connection.
    co_await peer.read_exactly(1);
    co_await rota::sleep(30ms);
    co_await peer.close();
}

TEST_P(TcpStream, AResetNamesThePeer) {
    run([]() -> coro<> {
        auto server = co_await serve(reset);
        auto const peer = server.sockets().front().to_string();
        auto client = co_await connect(server);
        co_await client.write(std::string(5000, 'x'));
        server.close();
        co_await server.wait_closed();
        EXPECT_EQ(co_await what_of<rota::system_error>(client.read()),
                  "receive from " + peer + ": Connection reset by peer");
        // It stays so: no end of file comes after it.
        EXPECT_EQ(co_await what_of<rota::system_error>(client.read()),
                  "receive from " + peer + ": Connection reset by peer");
    });
}

TEST_P(TcpStream, ClosedUnderAReaderAndAWriterGivesThemErrors) {
    run([]() -> coro<> {
        auto server = co_await serve(read_nothing);
        auto client = co_await connect(server);
        std::string const bytes(50'000'000, 'x');
        auto const reading = rota::create_task(what_of<rota::system_error>(client.read_line()));
        auto const writing = rota::create_task(what_of<rota::system_error>(client.write(bytes)));
        co_await rota::sleep(20ms);
        co_await client.close();
        EXPECT_NE((co_await reading).find("(the stream is closed)"), std::string::npos);
        EXPECT_NE((co_await writing).find("(the stream is closed)"), std::string::npos);
    });
}

TEST_P(TcpStream, DroppedUnderAReaderGivesItAnError) {
    run([]() -> coro<> {
        auto server = co_await serve(read_nothing);
        auto client = co_await connect(server);
        std::string room(100'000, '\0');
        auto const reading = rota::create_task(what_of<rota::system_error>(client.read_into(room)));
        co_await rota::sleep(20ms);
        client = stream();
        EXPECT_NE((co_await reading).find("(the stream is closed)"), std::string::npos);
    });
}

TEST_P(TcpStream, WritersOfSeveralTasksQueueWhole) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        std::vector<rota::task<>> writing;
        std::string expected;
        auto write = [](stream& to, char with) -> coro<> { co_await to.write(std::string(100'000, with)); };
        for (char each = 'a'; each < 'f'; ++each) {
            expected.append(100'000, each);
            writing.push_back(rota::create_task(write(client, each)));
        }
        EXPECT_TRUE(co_await client.read_exactly(expected.size()) == expected);
        for (auto const& each : writing) co_await each;
    });
}

TEST_P(TcpStream, OfALoopThatHasGoneClosesNothingOfTheNext) {
    stream kept;
    run([&]() -> coro<> {
        auto server = co_await serve(read_nothing);
        kept = co_await connect(server);
    });
    // Whatever was where the engine was, it is something else now.
    std::vector<std::string> others;
    for (std::size_t size = 500; size < 10'000; size += 16) others.emplace_back(size, '\xFF');
    run([&]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        kept = stream();
        co_await client.write("hello");
        co_await client.write_eof();
        EXPECT_EQ(co_await client.read(), "hello");
    });
}

TEST_P(TcpStream, ThatWaitsForMoreHoldsNoBuffer) {
    if (GetParam().kind == rota::engine_kind::uring) GTEST_SKIP() << "the kernel needs it from the beginning";
    run([]() -> coro<> {
        auto server = co_await serve([](stream peer) -> coro<> {
            while (auto line = co_await peer.next_line()) co_await peer.write(*line);
            co_await peer.close();
        });
        auto const before = rota::detail::receive_blocks::lent();
        std::vector<stream> clients;
        for (int number = 0; number < 10; ++number) {
            clients.push_back(co_await connect(server));
            co_await clients.back().write("hello\n");
            EXPECT_EQ(co_await clients.back().read_line(), "hello\n");
        }
        // The servers of all ten are waiting for a line again.
        co_await rota::sleep(10ms);
        EXPECT_EQ(rota::detail::receive_blocks::lent(), before);
        for (auto& each : clients) co_await each.close();
    });
}

TEST_P(TcpStream, WhatIsBufferedIsGoodUntilTheNextReadAlsoOnceItIsConsumed) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        auto other = co_await connect(server);
        co_await client.write("one");
        while (client.buffered().size() < 3) co_await client.fill();
        auto const seen = client.buffered();
        client.consume(3);
        co_await other.write("two");
        EXPECT_EQ(co_await other.read_exactly(3), "two");
        EXPECT_EQ(seen, "one");
    });
}

}  // namespace
