// Clients that reset at every point of an exchange, say nothing, or take nothing: a server goes on with the others, and
// nothing of them stays.
#include "world/outcome.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>
#include <rota/net/socket.hpp>

#include <string_view>

namespace {

using namespace world_kit;

constexpr std::string_view question = "first line\nsecond line\n";

/// Greets, answers two lines and leaves; counts how many were there and how they ended.
struct lines_server {
    int entered = 0;
    int answered = 0;
    int failed = 0;

    coro<> serve(rota::stream peer) {
        ++entered;
        try {
            co_await peer.write("welcome\n");
            for (int i = 0; i < 2; ++i) {
                auto const line = co_await peer.read_line();
                if (!line.ends_with('\n')) co_return;
                co_await peer.write(line);
            }
            ++answered;
        } catch (rota::system_error const& error) {
            ++failed;
            EXPECT_NE(std::string(error.what()).find("127.0.0.1"), std::string::npos) << error.what();
        }
    }
};

coro<> asks(rota::socket_address at) {
    auto good = co_await rota::open_connection("127.0.0.1", at.port());
    co_await good.write(question);
    auto const got = co_await rota::wait_for(good.read(), 10s);
    EXPECT_EQ(got, "welcome\n" + std::string(question));
    co_await good.close();
}

class BadPeers : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, BadPeers, testing::ValuesIn(all_engines()), name_of);

TEST_P(BadPeers, OneThatResetsAtAnyPointDisturbsNobody) {
    run([]() -> coro<> {
        lines_server lines;
        auto handle = [&](rota::stream peer) { return lines.serve(std::move(peer)); };
        auto server = co_await rota::start_server(handle, "127.0.0.1", 0);
        auto const at = server.sockets().front();
        for (std::size_t point = 0; point <= question.size(); ++point) {
            rota::socket bad(rota::address_family::ipv4);
            co_await bad.connect(at);
            auto const part = question.substr(0, point);
            co_await bad.sendall(part);
            // The rest of the greeting is there and unread: so the close is a reset.
            EXPECT_EQ(co_await bad.recv(1), "w");
            co_await bad.close();
        }
        co_await asks(at);
        server.close();
        co_await rota::with_timeout(10s, server.wait_closed());
        EXPECT_EQ(lines.entered, static_cast<int>(question.size()) + 2);
        EXPECT_GE(lines.answered, 1);
        EXPECT_GT(lines.failed, 0);
    });
}

TEST_P(BadPeers, ManyThatSayNothingOrTakeNothingHoldUpNobodyAndAreCutOff) {
    run([]() -> coro<> {
        lines_server lines;
        int cut = 0;
        std::string const much(1'000'000, 'x');
        auto handle = [&](rota::stream peer) -> coro<> {
            // Half of them say nothing, half take nothing.
            bool const talks = (co_await rota::wait_for(peer.read_some(1), 10s)) == "t";
            try {
                if (talks)
                    while (true) co_await peer.write(much);
                (void)co_await peer.read_line();
            } catch (rota::system_error const& error) {
                EXPECT_EQ(error.code(), std::errc::connection_aborted) << error.what();
                ++cut;
            }
        };
        auto server = co_await rota::start_server(handle, "127.0.0.1", 0);
        auto greet = [&](rota::stream peer) { return lines.serve(std::move(peer)); };
        auto other = co_await rota::start_server(greet, "127.0.0.1", 0);
        std::vector<rota::stream> bad;
        for (int i = 0; i < 40; ++i) {
            bad.push_back(co_await rota::open_connection("127.0.0.1", server.sockets().front().port()));
            co_await bad.back().write(i % 2 == 0 ? "t" : "s");
        }
        co_await rota::sleep(20ms);
        co_await asks(other.sockets().front());
        EXPECT_EQ(cut, 0);
        server.close();
        server.abort_clients();
        co_await rota::with_timeout(10s, server.wait_closed());
        EXPECT_EQ(cut, 40);
        for (auto& each : bad) co_await each.close();
        other.close();
        co_await other.wait_closed();
    });
}

}  // namespace
