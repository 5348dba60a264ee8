// A connection that is reset at every point of a conversation over TLS: each end is told, and nothing of it stays.
#include "tls/tls_kit.hpp"
#include "world/outcome.hpp"

#include <rota/combine/task_group.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>
#include <rota/net/socket.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace {

using namespace world_kit;

/// Sits between a client and a server, carries so many bytes of both directions, and then resets both.
class breaking_line {
public:
    explicit breaking_line(std::size_t bytes) : left_(bytes) {}

    coro<> carry(rota::socket client, rota::socket server) {
        co_await rota::with_task_group([&](rota::task_group& group) -> coro<> {
            group.create_task(carry_on(client, server, group));
            group.create_task(carry_on(server, client, group));
            co_return;
        });
        // What is unread makes a close a reset; and a client that has gone can do no harm.
        co_await client.close();
        co_await server.close();
    }
    bool broken() const noexcept { return left_ == 0; }

private:
    coro<> carry_on(rota::socket& from, rota::socket& to, rota::task_group& both) {
        while (true) {
            auto piece = co_await from.recv(std::min(left_, std::size_t{64} * 1024));
            if (piece.empty()) break;
            // The other direction may have carried meanwhile.
            piece.resize(std::min(piece.size(), left_));
            left_ -= piece.size();
            if (!piece.empty()) co_await to.sendall(piece);
            if (left_ == 0) break;
        }
        both.cancel();
    }

    std::size_t left_;
};

struct end_of_conversation {
    bool whole = false;
    std::string error;
};

coro<end_of_conversation> ask(rota::socket_address at) {
    end_of_conversation end;
    try {
        auto peer = co_await rota::open_connection("localhost", at.port(), tls_kit::client_context());
        co_await peer.write(std::string(3000, 'q') + "\n");
        auto const answer = co_await peer.read_line();
        end.whole = answer.size() == 3001;
        co_await peer.close();
    } catch (rota::system_error const& error) {
        end.error = error.what();
    }
    co_return end;
}

coro<> answer(rota::stream peer, end_of_conversation& end) {
    try {
        co_await rota::start_tls(peer, tls_kit::server_context());
        auto const line = co_await peer.read_line();
        co_await peer.write(line);
        end.whole = co_await peer.read() == "" && line.size() == 3001;
    } catch (rota::system_error const& error) {
        end.error = error.what();
    } catch (rota::incomplete_read_error const& error) {
        end.error = error.what();
    }
}

/// One conversation over a line that breaks after so many bytes: whether it was over before.
coro<bool> converse(std::size_t breaks_after) {
    end_of_conversation of_server;
    auto handle = [&](rota::stream peer) { return answer(std::move(peer), of_server); };
    auto server = co_await rota::start_server(handle, "127.0.0.1", 0);
    rota::socket listening(rota::address_family::ipv4);
    listening.bind(rota::socket_address::from_literal("127.0.0.1", 0));
    listening.listen();
    breaking_line line(breaks_after);
    auto between = [&]() -> coro<> {
        auto client = co_await listening.accept();
        rota::socket to_server(rota::address_family::ipv4);
        co_await to_server.connect(server.sockets().front());
        co_await line.carry(std::move(client), std::move(to_server));
    };
    auto carrying = rota::create_task(between());
    auto const of_client = co_await rota::wait_for(ask(listening.local_address()), 10s);
    co_await rota::wait_for(carrying, 10s);
    server.close();
    co_await rota::with_timeout(10s, server.wait_closed());
    co_await listening.close();
    if (!line.broken()) {
        EXPECT_TRUE(of_client.whole) << of_client.error;
        EXPECT_TRUE(of_server.whole) << of_server.error;
        co_return true;
    }
    // One may have had all it wanted; who had not is told why.
    EXPECT_TRUE(of_client.whole || !of_client.error.empty()) << "after " << breaks_after << " bytes";
    EXPECT_TRUE(of_server.whole || !of_server.error.empty()) << "after " << breaks_after << " bytes";
    co_return false;
}

bool const entered = [] {
    of("TLS", "conversation").can("reset at any point", []() -> coro<> {
        int broken = 0;
        std::size_t point = 1;
        for (bool over = false; !over; point += 97, ++broken) over = co_await converse(point);
        EXPECT_GT(broken, 50) << "over after " << point << " bytes";
    });
    return true;
}();

}  // namespace
