// bench-udp [--engine uring|epoll] --port P: sends back each datagram that comes, until SIGINT or SIGTERM ends it.
#include <rota/rota.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

rota::coro<> echo(std::uint16_t port) {
    auto endpoint = co_await rota::create_datagram_endpoint(rota::socket_address::from_literal("127.0.0.1", port));
    std::printf("listening on %s\n", endpoint.local_address().to_string().c_str());
    std::fflush(stdout);
    std::array<char, rota::datagram_socket::longest> room;
    while (true) {
        auto const came = co_await endpoint.receive_into(room);
        co_await endpoint.send_to(std::string_view(room.data(), came.size), came.from);
    }
}

int usage() {
    std::fputs("usage: bench-udp [--engine uring|epoll] --port P\n", stderr);
    return 2;
}

}  // namespace

int main(int count, char** words) {
    int port = -1;
    rota::engine_kind kind = rota::engine_kind::automatic;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string_view const option = words[i];
        std::string_view const value = words[i + 1];
        if (option == "--port")
            port = std::atoi(words[i + 1]);
        else if (option == "--engine" && value == "uring")
            kind = rota::engine_kind::uring;
        else if (option == "--engine" && value == "epoll")
            kind = rota::engine_kind::epoll;
        else
            return usage();
    }
    if (port < 0 || port > 65535 || count % 2 == 0) return usage();
    rota::run(rota::runner_options(kind), echo(static_cast<std::uint16_t>(port)));
}
