#include <rota/fs/sendfile.hpp>

#include "fs_kit.hpp"

#include <rota/io/memory_stream.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>
#include <rota/net/socket.hpp>

namespace {

using namespace fs_kit;

class Sendfile : public fs_test {};
ROTA_ON_ALL_ENGINES(Sendfile);

TEST_P(Sendfile, SendsAllOrAPartAndTheFileStandsBehindIt) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(1'000'000);
        co_await rota::write_file(folder + "/some", content);
        auto from = co_await rota::open_file(folder + "/some");
        auto ends = rota::memory_stream_pair(2'000'000);
        EXPECT_EQ(co_await rota::sendfile(ends.first, from), content.size());
        EXPECT_EQ(from.tell(), content.size());
        EXPECT_EQ(co_await ends.second.read_exactly(content.size()), content);

        EXPECT_EQ(co_await rota::sendfile(ends.first, from, 10, 300'000), 300'000U);
        EXPECT_EQ(from.tell(), 300'010U);
        EXPECT_EQ(co_await ends.second.read_exactly(300'000), content.substr(10, 300'000));

        EXPECT_EQ(co_await rota::sendfile(ends.first, from, 999'990, 100), 10U);
        EXPECT_EQ(co_await rota::sendfile(ends.first, from, 5'000'000), 0U);
        EXPECT_EQ(co_await rota::sendfile(ends.first, from, 0, 0), 0U);
        EXPECT_EQ(co_await ends.second.read_exactly(10), content.substr(999'990));
    });
}

TEST_P(Sendfile, OverAConnectionAndOverASocket) {
    run([](std::string const& folder) -> coro<> {
        auto const content = pattern(700'000);
        co_await rota::write_file(folder + "/some", content);
        auto const serve = [&](rota::stream peer) -> coro<> {
            auto from = co_await rota::open_file(folder + "/some");
            co_await rota::sendfile(peer, from);
            co_await peer.close();
        };
        auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
        auto const at = server.sockets().front();
        auto client = co_await rota::open_connection("127.0.0.1", at.port());
        EXPECT_EQ(co_await client.read(), content);
        co_await client.close();
        server.close();
        co_await server.wait_closed();

        rota::socket listening(rota::address_family::ipv4);
        listening.bind(rota::socket_address::from_literal("127.0.0.1", 0));
        listening.listen();
        rota::socket sending(rota::address_family::ipv4);
        co_await sending.connect(listening.local_address());
        auto receiving = co_await listening.accept();
        auto from = co_await rota::open_file(folder + "/some");
        auto const sent = rota::create_task(rota::sendfile(sending, from, 5));
        std::string got;
        while (got.size() < content.size() - 5) got += co_await receiving.recv(100'000);
        EXPECT_EQ(co_await sent, content.size() - 5);
        EXPECT_EQ(got, content.substr(5));
    });
}

TEST_P(Sendfile, APeerThatHasGoneIsAnErrorAndTheFileTellsWhatWasSent) {
    run([](std::string const& folder) -> coro<> {
        co_await rota::write_file(folder + "/some", pattern(600'000));
        auto from = co_await rota::open_file(folder + "/some");
        auto ends = rota::memory_stream_pair();
        auto const sent = rota::create_task(rota::sendfile(ends.first, from));
        (void)co_await ends.second.read_exactly(300'000);
        co_await ends.second.close();
        bool refused = false;
        try {
            co_await rota::task<std::uint64_t>(sent);
        } catch (rota::system_error const& error) {
            refused = error.code() == std::errc::broken_pipe;
        }
        EXPECT_TRUE(refused);
        EXPECT_EQ(from.tell(), 262'144U);
    });
}

}  // namespace
