// Echoes lines over a Unix socket, and messages over UDP, to whoever comes; or asks such a one.
//     echo_local serve PATH       says its UDP port, and ends when a message says "bye"
//     echo_local ask PATH PORT    asks over both, and prints the answers
#include <rota/rota.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

rota::coro<> echo_lines(rota::stream peer) {
    while (true) {
        std::string const line = co_await peer.read_line();
        if (line.empty()) break;
        co_await peer.write(line);
    }
    co_await peer.close();
}

rota::coro<> serve(std::string path) {
    auto server = co_await rota::start_unix_server(echo_lines, path);
    auto messages = co_await rota::create_datagram_endpoint(rota::socket_address::from_literal("127.0.0.1", 0));
    std::printf("%d\n", messages.local_address().port());
    std::fflush(stdout);
    while (true) {
        auto const got = co_await messages.receive_from();
        co_await messages.send_to(got.data, got.from);
        if (got.data == "bye") break;
    }
    co_await messages.close();
    server.close();
    co_await server.wait_closed();
}

rota::coro<> ask(std::string path, std::uint16_t port) {
    auto lines = co_await rota::open_unix_connection(path);
    co_await lines.write("over a Unix socket\n");
    auto const line = co_await lines.read_line();
    std::printf("%s", line.c_str());
    co_await lines.close();
    auto messages = co_await rota::create_datagram_endpoint("127.0.0.1", port);
    co_await messages.send("over UDP");
    auto const message = co_await rota::wait_for(messages.receive(), std::chrono::seconds(10));
    std::printf("%s\n", message.c_str());
    co_await messages.close();
}

int main(int argc, char** argv) {
    std::string_view const what = argc > 1 ? argv[1] : "";
    if (what == "serve" && argc == 3) {
        rota::run(serve(argv[2]));
    } else if (what == "ask" && argc == 4) {
        rota::run(ask(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3]))));
    } else {
        std::fputs("usage: echo_local serve PATH | ask PATH PORT\n", stderr);
        return 2;
    }
}
