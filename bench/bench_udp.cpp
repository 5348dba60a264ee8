// bench-udp [--engine uring|epoll] --port P: sends back each datagram that comes, until SIGINT or SIGTERM ends it.
#include "serving_options.hpp"

#include <rota/rota.hpp>

#include <array>
#include <cstdio>
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

}  // namespace

int main(int count, char** words) {
    auto const given = serving_options_of(count, words);
    if (!given) {
        std::fputs("usage: bench-udp [--engine uring|epoll] --port P\n", stderr);
        return 2;
    }
    rota::run(rota::runner_options(given->engine), echo(given->port));
}
