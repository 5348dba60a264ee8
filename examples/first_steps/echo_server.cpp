// An echo server and a client in one program. Each connection gets a task of its own that runs the handler; the server
// is open on a port that the system chose, and ends when the client has said good-bye.
#include <rota/rota.hpp>

#include <cstdio>
#include <string>

rota::coro<> echo(rota::stream peer) {
    while (auto line = co_await peer.next_line()) co_await peer.write(*line);
    co_await peer.close();
    std::puts("server: a client left");
}

rota::coro<> client(std::uint16_t port) {
    auto server = co_await rota::open_connection("127.0.0.1", port);
    for (auto const* word : {"hello\n", "how are you\n", "good-bye\n"}) {
        co_await server.write(word);
        std::string const answer = co_await server.read_line();
        std::printf("client: got %s", answer.c_str());
    }
    co_await server.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(echo, "127.0.0.1", 0);
    co_await client(server.sockets()[0].port());
    server.close();
    co_await server.wait_closed();
    std::puts("server: closed");
}

int main() { rota::run(async_main()); }
