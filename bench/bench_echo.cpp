// bench-echo --port P [--engine uring|epoll]: sends back what comes, until SIGINT or SIGTERM ends it.
#include "serving_options.hpp"

#include <rota/rota.hpp>

#include <cstdio>
#include <string_view>

namespace {

rota::coro<> echo(rota::stream peer) {
    try {
        while (true) {
            // Load generators leave by reset: what comes with each connection need not be thrown.
            auto const more = co_await rota::as_result(peer.fill());
            if (!more || !more.value()) break;
            // Straight out of the stream's own buffer: nobody reads meanwhile.
            auto const came = peer.buffered();
            co_await peer.write(came);
            peer.consume(came.size());
        }
    } catch (rota::system_error const&) {
        // It was reset before the answer went.
    }
}

rota::coro<> serve(std::uint16_t port) {
    auto server = co_await rota::start_server(echo, "127.0.0.1", port);
    std::printf("listening on %s\n", server.sockets().front().to_string().c_str());
    std::fflush(stdout);
    co_await server.serve_forever();
}

}  // namespace

int main(int count, char** words) {
    auto const given = serving_options_of(count, words);
    if (!given) {
        std::fputs("usage: bench-echo --port P [--engine uring|epoll]\n", stderr);
        return 2;
    }
    rota::run(rota::runner_options(given->engine), serve(given->port));
}
