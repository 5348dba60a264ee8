// Requests, cancelled at every point or short of memory: a body is whole or its end is an error, and nothing stays open.
#include "torture_kit.hpp"

#include <rota/http.hpp>

namespace {

using namespace torture_kit;

std::string const body = "a body of some length";

coro<> answer(rota::stream peer) {
    auto const asked = co_await peer.read_until("\r\n\r\n");
    if (asked.empty()) co_return;
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    co_await peer.close();
}

template <bool AtOnce>
struct asks : scenario {
    rota::server server;
    rota::http::client_session session;
    std::string got;
    bool whole = false;

    coro<> subject() override {
        server = co_await rota::start_server(answer, "127.0.0.1", 0);
        auto const at = server.sockets().front();
        auto answered = co_await session.get("http://" + at.to_string() + "/");
        if constexpr (AtOnce) {
            got = co_await answered.read();
        } else {
            while (true) {
                auto const piece = co_await answered.read_some();
                if (piece.empty()) break;
                got += piece;
            }
        }
        whole = true;
    }
    coro<> verify() override {
        require(body.starts_with(got), "the body is another");
        require(!whole || got == body, "the body is cut, and nobody was told");
        if (!server) co_return;
        server.close();
        server.close_clients();
        co_await server.wait_closed();
    }
};

TEST(TortureHttp, Read) { torture<asks<true>>("client_session.get, response.read", several_seeds); }
TEST(TortureHttp, ReadSome) { torture<asks<false>>("response.read_some", several_seeds); }

}  // namespace
