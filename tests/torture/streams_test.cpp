// Cancelled at every point, or short of memory, over a network that splits and delays as its seed says: no byte that came is
// lost, no connection stays open, no server goes on listening.
#include "torture_kit.hpp"

#include <array>

namespace {

using namespace torture_kit;
using rota::server;
using rota::stream;

constexpr std::uint16_t port = 8080;

/// A server and a client of it. The handler is counted.
struct with_a_server : scenario {
    server listening;
    rota::event is_open;
    int handlers = 0;
    int accepted = 0;

    virtual coro<> handle(stream peer) = 0;

    coro<> serve() {
        auto handler = [this](stream peer) { return counted_handle(std::move(peer)); };
        listening = co_await rota::start_server(handler, "127.0.0.1", port);
        is_open.set();
    }
    coro<> counted_handle(stream peer) {
        counted const here(handlers);
        ++accepted;
        co_await handle(std::move(peer));
    }
    coro<> environment() override { co_await serve(); }
    /// A handler whose client has ended early.
    bool expects(rota::exception_context const& told) const override { return is_lost_connection(told); }

    coro<stream> connect() {
        co_await is_open.wait();
        co_return co_await rota::open_connection("127.0.0.1", port);
    }

    /// Handlers end by themselves when the other side is closed: one that does not was left with an open connection.
    coro<> close_server() {
        co_await is_open.wait();
        listening.close();
        co_await listening.wait_closed();
        require(handlers == 0, "a handler runs after wait_closed");
    }
};

struct connects : with_a_server {
    std::optional<stream> client;
    coro<> handle(stream peer) override { co_await read_to_the_end(peer); }
    coro<> subject() override {
        for (int i = 0; i < 2; ++i) {
            client = co_await connect();
            co_await client->write("hello");
            co_await client->close();
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        client.reset();
        co_await close_server();
    }
};
TEST(TortureStreams, OpenConnection) { torture<connects>("open_connection", several_seeds); }

struct is_refused : scenario {
    coro<> subject() override {
        bool refused = false;
        try {
            (void)co_await rota::open_connection("localhost", port);
        } catch (rota::system_error const& error) {
            refused = error.code() == std::errc::connection_refused;
        }
        require(refused, "nobody listens, and a connection was made");
        co_await rota::yield();
    }
};
TEST(TortureStreams, OpenConnectionRefused) { torture<is_refused>("open_connection/refused", several_seeds); }

std::string const message = "one line\nand another one, which is longer\n--and the end";

/// Half of it comes at once, the rest a little later; what the reader leaves the next one gets.
template <class Read>
struct reads : with_a_server {
    stream client;
    std::string got;
    std::size_t sent = 0;
    coro<> handle(stream peer) override {
        co_await peer.write(std::string_view(message).substr(0, 12));
        sent = 12;
        co_await rota::sleep(1ms);
        co_await peer.write(std::string_view(message).substr(12));
        sent = message.size();
        co_await peer.write_eof();
        co_await read_to_the_end(peer);
    }
    coro<> subject() override {
        got.reserve(2 * message.size());
        client = co_await connect();
        while (got.size() < message.size()) {
            auto const piece = co_await Read::read(client);
            require(!piece.empty(), "the stream ended too early");
            got += piece;
        }
    }
    coro<> verify() override {
        if (client) {
            got += co_await client.read();
            bool const all_sent = sent == message.size() || !memory_ran_out();
            require(all_sent ? got == message : message.starts_with(got) && got.size() >= sent, "bytes are lost");
            require(client.at_eof(), "it has not ended");
            co_await client.close();
        }
        co_await close_server();
    }
};

struct read_all {
    static coro<std::string> read(stream& from) { co_return co_await from.read(); }
};
struct read_most {
    static coro<std::string> read(stream& from) { co_return co_await from.read(7); }
};
struct read_some {
    static coro<std::string> read(stream& from) { co_return co_await from.read_some(); }
};
struct read_into {
    static coro<std::string> read(stream& from) {
        std::array<char, 10> room{};
        auto const size = co_await from.read_into(room);
        co_return std::string(room.data(), size);
    }
};
struct read_exactly {
    static coro<std::string> read(stream& from) { co_return co_await from.read_exactly(message.size()); }
};
struct read_until {
    static coro<std::string> read(stream& from) {
        try {
            co_return co_await from.read_until("--");
        } catch (rota::incomplete_read_error const& error) {
            co_return error.partial();
        }
    }
};
struct read_until_one_of_several {
    static coro<std::string> read(stream& from) {
        try {
            co_return co_await from.read_until("--", "==");
        } catch (rota::incomplete_read_error const& error) {
            co_return error.partial();
        }
    }
};
struct read_line {
    static coro<std::string> read(stream& from) { co_return co_await from.read_line(); }
};
struct fill {
    static coro<std::string> read(stream& from) {
        co_await from.fill();
        std::string piece(from.buffered());
        from.consume(piece.size());
        co_return piece;
    }
};

TEST(TortureStreams, Read) {
    torture<reads<read_all>>("stream.read", several_seeds);
    torture<reads<read_most>>("stream.read/some", several_seeds);
}
TEST(TortureStreams, ReadSome) { torture<reads<read_some>>("stream.read_some", several_seeds); }
TEST(TortureStreams, ReadInto) { torture<reads<read_into>>("stream.read_into", several_seeds); }
TEST(TortureStreams, ReadExactly) { torture<reads<read_exactly>>("stream.read_exactly", several_seeds); }
TEST(TortureStreams, ReadUntil) {
    torture<reads<read_until>>("stream.read_until", several_seeds);
    torture<reads<read_until_one_of_several>>("stream.read_until/several", several_seeds);
}
TEST(TortureStreams, ReadLine) { torture<reads<read_line>>("stream.read_line", several_seeds); }

struct next_line {
    static coro<std::string> read(stream& from) {
        auto line = co_await from.next_line();
        co_return std::move(line).value_or("");
    }
};
TEST(TortureStreams, NextLine) { torture<reads<next_line>>("stream.next_line", several_seeds); }
TEST(TortureStreams, Fill) { torture<reads<fill>>("stream.fill", several_seeds); }

/// What was written arrives whole and in order; a write that was left half-way is told by the next one.
template <bool Over64KiB>
struct writes : with_a_server {
    stream client;
    std::size_t const size = Over64KiB ? 150'000 : 10;
    std::size_t whole = 0;
    std::string received;
    bool all_read = false;
    coro<> handle(stream peer) override {
        // Slowly, so that the writer waits.
        if constexpr (Over64KiB) co_await rota::sleep(1ms);
        while (true) {
            auto const piece = co_await peer.read_some(Over64KiB ? 40'000 : 4);
            if (piece.empty()) break;
            received += piece;
        }
        all_read = true;
    }
    std::string bytes(std::size_t nth) const { return std::string(size, static_cast<char>('a' + nth)); }
    coro<> subject() override {
        client = co_await connect();
        for (; whole < 2; ++whole) {
            auto const data = bytes(whole);
            co_await client.write(data);
        }
    }
    coro<> verify() override {
        if (!client) {
            co_await close_server();
            co_return;
        }
        std::string expected;
        for (std::size_t i = 0; i < whole; ++i) expected += bytes(i);
        try {
            co_await client.write("the last");
            co_await client.write_eof();
            expected += "the last";
        } catch (rota::broken_write_error const& broken) {
            require(whole < 2 && broken.sent() > 0 && broken.sent() < size,
                    "a write was not left half-way, but told so");
            expected += bytes(whole).substr(0, broken.sent());
        } catch (rota::system_error const& error) {
            bool const gone = error.code() == std::errc::broken_pipe || error.code() == std::errc::connection_reset;
            if (!gone || !memory_ran_out() || all_read) throw;  // the handler has ended early
        }
        co_await client.close();
        for (int i = 0; i < 1000 && (handlers > 0 || accepted == 0); ++i) co_await rota::sleep(1ms);
        if (all_read || !memory_ran_out()) require(received == expected, "other bytes came than were written");
        co_await close_server();
    }
};
TEST(TortureStreams, Write) { torture<writes<false>>("stream.write", several_seeds); }
TEST(TortureStreams, WriteMoreThanTheNetworkHolds) { torture<writes<true>>("stream.write/long", several_seeds); }

/// Several write at once: each message arrives whole.
struct writes_in_turns : with_a_server {
    stream client;
    std::vector<std::string> lines;
    std::string rest;
    coro<> handle(stream peer) override {
        while (true) {
            auto line = co_await peer.read_line();
            if (line.empty()) break;
            if (line.back() == '\n')
                lines.push_back(std::move(line));
            else
                rest = std::move(line);
        }
    }
    coro<> write(std::string line) { co_await client.write(line); }
    coro<> subject() override {
        client = co_await connect();
        co_await rota::gather(write("first\n"), write("second, which is longer\n"), write("third\n"));
        co_await client.write_eof();
    }
    coro<> verify() override {
        if (client) co_await client.close();
        co_await close_server();
        for (auto const& line : lines)
            require(line == "first\n" || line == "second, which is longer\n" || line == "third\n",
                    "two writes are mixed up");
        require(rest.empty() || std::string("second, which is longer\n").starts_with(rest) ||
                    std::string("first\n").starts_with(rest) || std::string("third\n").starts_with(rest),
                "two writes are mixed up");
    }
};
TEST(TortureStreams, WriteInTurns) { torture<writes_in_turns>("stream.write/in turns", several_seeds); }

struct ends_writing : with_a_server {
    stream client;
    std::string answer;
    coro<> handle(stream peer) override {
        auto const all = co_await peer.read();
        co_await peer.write("got " + std::to_string(all.size()));
    }
    coro<> subject() override {
        client = co_await connect();
        co_await client.write("request");
        co_await client.write_eof();
        answer = co_await client.read();
        require(answer == "got 7", "the peer did not see the end");
    }
    coro<> verify() override {
        if (client) co_await client.close();
        co_await close_server();
    }
};
TEST(TortureStreams, WriteEof) { torture<ends_writing>("stream.write_eof", several_seeds); }

/// Closed under a reader and a writer, who are told; however it is cancelled, it is closed.
struct closes : with_a_server {
    stream client;
    bool closing = false;
    int told = 0;
    coro<> handle(stream peer) override {
        try {
            co_await read_to_the_end(peer);
        } catch (rota::system_error const&) {  // reset: it was closed with bytes on their way
        }
    }
    coro<> read() {
        try {
            (void)co_await client.read();
        } catch (rota::system_error const&) {
            ++told;
        }
    }
    coro<> write() {
        try {
            std::string const much(300'000, 'x');
            co_await client.write(much);
        } catch (rota::system_error const&) {
            ++told;
        }
    }
    coro<> subject() override {
        client = co_await connect();
        auto const reading = create_task(read());
        auto const writing = create_task(write());
        co_await rota::yield();
        closing = true;
        co_await client.close();
        co_await client.close();
        co_await rota::gather(reading, writing);
        require(told >= 1, "who waited was not told");
    }
    coro<> verify() override {
        require(!closing || client.is_closing(), "a cancelled close closed nothing");
        if (client) co_await client.close();
        co_await close_server();
    }
};
TEST(TortureStreams, Close) { torture<closes>("stream.close", several_seeds); }

}  // namespace
