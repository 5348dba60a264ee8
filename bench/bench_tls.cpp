// bench-tls [--engine uring|epoll] --cert FILE --key FILE --port P: bench-echo over TLS.
#include <rota/rota.hpp>
#include <rota/tls.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

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
    } catch (std::exception const&) {
        // Load generators leave by reset, or without TLS's own end.
    }
}

rota::coro<> serve(std::string certificate, std::string key, std::uint16_t port) {
    auto context = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
    context.load_cert_chain(certificate, key);
    auto server = co_await rota::start_server(echo, "127.0.0.1", port, context);
    std::printf("listening on %s\n", server.sockets().front().to_string().c_str());
    std::fflush(stdout);
    co_await server.serve_forever();
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string, std::string> given{{"--engine", "auto"}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = words[i + 1];
    std::map<std::string, rota::engine_kind> const engines{{"auto", rota::engine_kind::automatic},
                                                           {"uring", rota::engine_kind::uring},
                                                           {"epoll", rota::engine_kind::epoll}};
    auto const engine = engines.find(given["--engine"]);
    if (count % 2 == 0 || engine == engines.end() || given["--cert"].empty() || given["--port"].empty()) {
        std::fputs("usage: bench-tls [--engine uring|epoll] --cert FILE --key FILE --port P\n", stderr);
        return 2;
    }
    rota::run(rota::runner_options(engine->second),
              serve(given["--cert"], given["--key"], static_cast<std::uint16_t>(std::atoi(given["--port"].c_str()))));
}
