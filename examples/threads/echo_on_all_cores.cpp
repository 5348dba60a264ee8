// An echo server on four cores: a loop on each, all listening at one port, and the kernel shares the connections out. The
// first core also plays the clients. Channels carry the port to the other loops, and the end.
#include <rota/rota.hpp>

#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

constexpr std::uint32_t loops = 4;

rota::coro<std::string> ask(std::uint16_t port, int number) {
    auto server = co_await rota::open_connection("127.0.0.1", port);
    co_await server.write(std::to_string(number) + "\n");
    std::string answer = co_await server.read_line();
    co_await server.close();
    co_return answer;
}

int main() {
    rota::channel<std::uint16_t> ports(loops);
    rota::channel<bool> listening(loops);
    rota::channel<bool> finished(0);

    auto const serve = [&](std::uint32_t core) -> rota::coro<int> {
        int clients = 0;
        auto echo = [&clients](rota::stream peer) -> rota::coro<> {
            ++clients;
            co_await peer.write(co_await peer.read_line());
        };
        rota::server_options options;
        options.reuse_port = true;
        std::uint16_t port = 0;
        if (core != 0) port = co_await ports.receive();
        auto server = co_await rota::start_server(echo, "127.0.0.1", port, options);
        if (core != 0) {
            co_await listening.send(true);
            (void)co_await finished.next();
        } else {
            port = server.sockets()[0].port();
            for (std::uint32_t i = 1; i < loops; ++i) co_await ports.send(port);
            for (std::uint32_t i = 1; i < loops; ++i) (void)co_await listening.receive();
            for (int i = 0; i < 200; ++i) {
                std::string const answer = co_await ask(port, i);
                if (answer != std::to_string(i) + "\n") std::puts("another's answer came");
            }
            finished.close();
        }
        server.close();
        co_await server.wait_closed();
        co_return clients;
    };

    std::vector<int> const served = rota::run_on_cores(loops, serve);
    for (std::size_t core = 0; core < served.size(); ++core)
        std::fprintf(stderr, "core %zu: %d clients\n", core, served[core]);
    std::printf("%zu loops answered %d clients\n", served.size(), std::accumulate(served.begin(), served.end(), 0));
}
