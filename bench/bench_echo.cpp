// bench-echo --port P [--engine uring|epoll]: sends back what comes, until SIGINT or SIGTERM ends it.
#include <rota/rota.hpp>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

rota::coro<> echo(rota::stream peer) {
    try {
        while (true) {
            bool const more = co_await peer.fill();
            if (!more) break;
            // Straight out of the stream's own buffer: nobody reads meanwhile.
            auto const came = peer.buffered();
            co_await peer.write(came);
            peer.consume(came.size());
        }
    } catch (rota::system_error const&) {
        // Load generators leave by reset.
    }
}

rota::coro<> serve(std::uint16_t port) {
    auto server = co_await rota::start_server(echo, "127.0.0.1", port);
    std::printf("listening on %s\n", server.sockets().front().to_string().c_str());
    std::fflush(stdout);
    co_await server.serve_forever();
}

int usage() {
    std::fputs("usage: bench-echo --port P [--engine uring|epoll]\n", stderr);
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
    rota::run(rota::runner_options(kind), serve(static_cast<std::uint16_t>(port)));
}
