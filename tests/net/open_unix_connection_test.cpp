// Unix stream sockets: connections and servers, on every engine.
#include <rota/net/open_unix_connection.hpp>

#include "net/net_kit.hpp"
#include "net/unix_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/operation_awaiter.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

class UnixConnection : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, UnixConnection, testing::ValuesIn(all_engines()), name_of);

coro<> echo_line(stream peer) {
    co_await peer.write(co_await peer.read_line());
    co_await peer.close();
}
coro<> send_pattern(stream peer) {
    co_await peer.write(pattern(3'000'000));
    co_await peer.write_eof();
    EXPECT_EQ(co_await peer.read(), "thank you");
}
coro<> until_eof(stream peer) { co_await peer.read(); }

coro<std::error_code> error_of(coro<stream> opening) {
    try {
        (void)co_await std::move(opening);
    } catch (rota::system_error const& error) {
        co_return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    co_return std::error_code();
}

TEST_P(UnixConnection, CarriesLinesBothWaysAndKnowsItsEnds) {
    unix_path const path;
    run([&]() -> coro<> {
        auto server = co_await rota::start_unix_server(echo_line, path.text());
        EXPECT_EQ(server.sockets().size(), 1U);
        EXPECT_EQ(server.sockets().front(), rota::socket_address::from_path(path.text()));
        auto client = co_await rota::open_unix_connection(path.text());
        EXPECT_EQ(client.peer_name(), path.text());
        EXPECT_EQ(client.local_address().host(), "");
        co_await client.write("hello\n");
        EXPECT_EQ(co_await client.read(), "hello\n");
        co_await client.close();
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(UnixConnection, ALargeTransferArrivesByteForByte) {
    unix_path const path;
    run([&]() -> coro<> {
        auto server = co_await rota::start_unix_server(send_pattern, path.text());
        auto client = co_await rota::open_unix_connection(path.text());
        EXPECT_TRUE(co_await client.read() == pattern(3'000'000));
        co_await client.write("thank you");
        co_await client.close();
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(UnixConnection, ANameBehindANulStandsForNoFile) {
    run([&]() -> coro<> {
        auto const name = std::string(1, '\0') + unix_path::name();
        auto server = co_await rota::start_unix_server(echo_line, name);
        EXPECT_EQ(server.sockets().front().to_string(), "@" + name.substr(1));
        auto client = co_await rota::open_unix_connection(name);
        co_await client.write("x\n");
        EXPECT_EQ(co_await client.read(), "x\n");
        co_await client.close();
        server.close();
        co_await server.wait_closed();
        EXPECT_EQ(co_await error_of(rota::open_unix_connection(name)), std::errc::connection_refused);
    });
}

TEST_P(UnixConnection, WhereNobodyListensIsToldByName) {
    unix_path const path;
    run([&]() -> coro<> {
        EXPECT_EQ(co_await what_of<rota::system_error>(rota::open_unix_connection(path.text())),
                  "connect " + path.text() + ": No such file or directory");
    });
}

TEST_P(UnixConnection, WhatCanBeNoPathIsRefused) {
    run([]() -> coro<> {
        EXPECT_EQ(co_await error_of(rota::open_unix_connection("")), std::errc::invalid_argument);
        std::string const nul("a\0b", 3);
        EXPECT_EQ(co_await error_of(rota::open_unix_connection(nul)), std::errc::invalid_argument);
        std::string const much(200, 'x');
        EXPECT_EQ(co_await error_of(rota::open_unix_connection(much)), std::errc::filename_too_long);
        co_await what_of<rota::system_error>(rota::start_unix_server(echo_line, much));
    });
}

TEST_P(UnixConnection, APeerThatLeavesBytesUnreadResets) {
    unix_path const path;
    run([&]() -> coro<> {
        auto leave = [](stream peer) -> coro<> {
            (void)co_await peer.read_exactly(1);
            co_await rota::sleep(30ms);
            co_await peer.close();
        };
        auto server = co_await rota::start_unix_server(leave, path.text());
        auto client = co_await rota::open_unix_connection(path.text());
        co_await client.write(std::string(5'000, 'x'));
        server.close();
        co_await server.wait_closed();
        EXPECT_EQ(co_await what_of<rota::system_error>(client.read()),
                  "receive from " + path.text() + ": Connection reset by peer");
    });
}

/// Listens and accepts nothing.
class silent_listener {
public:
    explicit silent_listener(rota::socket_address const& at) : kernel_(rota::running_loop().kernel()) {
        EXPECT_EQ(kernel_.open_socket(rota::address_family::unix_path, socket_), 0);
        EXPECT_EQ(kernel_.bind(socket_, at), 0);
        EXPECT_EQ(kernel_.listen(socket_, 1), 0);
    }
    silent_listener(silent_listener const&) = delete;
    silent_listener& operator=(silent_listener const&) = delete;
    ~silent_listener() { kernel_.close(socket_); }
    rota::io_handle handle() const { return socket_; }

private:
    rota::engine& kernel_;
    rota::io_handle socket_;
};

TEST_P(UnixConnection, WaitsWhileTheServersQueueIsFull) {
    unix_path const path;
    run([&]() -> coro<> {
        silent_listener const full(rota::socket_address::from_path(path.text()));
        std::vector<stream> kept;
        bool waited = false;
        for (int i = 0; i < 5 && !waited; ++i) {
            try {
                kept.push_back(co_await rota::wait_for(rota::open_unix_connection(path.text()), 50ms));
            } catch (rota::timeout_error const&) {
                waited = true;
            }
        }
        EXPECT_TRUE(waited);
        EXPECT_EQ(kept.size(), 2U);
        auto open = [&]() -> coro<> { kept.push_back(co_await rota::open_unix_connection(path.text())); };
        auto const opening = rota::create_task(open());
        co_await rota::sleep(20ms);
        EXPECT_FALSE(opening.done());
        rota::detail::operation_awaiter<rota::accept_operation> accept("accept", full.handle());
        auto const accepted = co_await accept;
        EXPECT_EQ(accepted, 0);
        co_await rota::with_timeout(10s, opening);
        EXPECT_EQ(kept.size(), 3U);
        rota::running_loop().kernel().close(accept.accepted);
    });
}

class UnixServer : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, UnixServer, testing::ValuesIn(all_engines()), name_of);

bool stands_at(std::string const& path) {
    std::uint64_t which = 0;
    auto const at = rota::socket_address::from_path(path);
    return rota::running_loop().kernel().find_socket_file(at, which) == 0;
}

TEST_P(UnixServer, ItsFileGoesWhenItCloses) {
    unix_path const path;
    run([&]() -> coro<> {
        auto server = co_await rota::start_unix_server(until_eof, path.text());
        EXPECT_TRUE(stands_at(path));
        auto client = co_await rota::open_unix_connection(path.text());
        co_await rota::sleep(10ms);
        server.close();
        EXPECT_FALSE(stands_at(path));
        EXPECT_EQ(co_await error_of(rota::open_unix_connection(path.text())), std::errc::no_such_file_or_directory);
        co_await client.close();
        co_await server.wait_closed();
        {
            auto const dropped = co_await rota::start_unix_server(until_eof, path.text());
            EXPECT_TRUE(stands_at(path));
        }
        EXPECT_FALSE(stands_at(path));
    });
}

TEST_P(UnixServer, ItsFileStaysWhereThatIsAskedFor) {
    unix_path const path;
    run([&]() -> coro<> {
        rota::server_options keep;
        keep.cleanup_socket = false;
        auto server = co_await rota::start_unix_server(until_eof, path.text(), keep);
        server.close();
        co_await server.wait_closed();
        EXPECT_TRUE(stands_at(path));
        EXPECT_EQ(co_await error_of(rota::open_unix_connection(path.text())), std::errc::connection_refused);
    });
}

TEST_P(UnixServer, TakesThePlaceOfASocketThatAnEarlierOneLeft) {
    unix_path const path;
    run([&]() -> coro<> {
        auto first = co_await rota::start_unix_server(until_eof, path.text());
        auto second = co_await rota::start_unix_server(echo_line, path.text());
        // The file is the second one's now, and the first leaves it alone.
        first.close();
        co_await first.wait_closed();
        EXPECT_TRUE(stands_at(path));
        auto client = co_await rota::open_unix_connection(path.text());
        co_await client.write("x\n");
        EXPECT_EQ(co_await client.read(), "x\n");
        co_await client.close();
        second.close();
        co_await second.wait_closed();
        EXPECT_FALSE(stands_at(path));
    });
}

TEST_P(UnixServer, CloseClientsAndServeForeverAreThoseOfAnyServer) {
    unix_path const path;
    run([&]() -> coro<> {
        auto server = co_await rota::start_unix_server(until_eof, path.text());
        auto client = co_await rota::open_unix_connection(path.text());
        auto forever = [](rota::server& of) -> coro<> { co_await of.serve_forever(); };
        auto const serving = rota::create_task(forever(server));
        co_await rota::sleep(20ms);
        serving.cancel();
        while (!serving.done()) co_await rota::sleep(1ms);
        EXPECT_EQ(co_await client.read(), "");
        EXPECT_FALSE(stands_at(path));
    });
}

class UnixServerReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, UnixServerReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(UnixServerReal, AFileThatIsNoSocketIsNotTouched) {
    unix_path const path;
    std::ofstream(path.text()) << "precious";
    run([&]() -> coro<> {
        EXPECT_EQ(co_await what_of<rota::system_error>(rota::start_unix_server(echo_line, path.text())),
                  "bind " + path.text() + ": Address already in use");
    });
    std::string kept;
    std::ifstream(path.text()) >> kept;
    EXPECT_EQ(kept, "precious");
}

}  // namespace
