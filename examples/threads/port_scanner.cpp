// Which TCP ports of this machine are open? Five hundred are tried at once, on one thread, each for 200 ms at most. Usage:
// port_scanner [FIRST LAST]; without them it opens a few ports of its own, and looks for those.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace std::chrono_literals;

rota::coro<> look(std::uint16_t port, std::vector<std::uint16_t>& open) {
    auto const tried = co_await rota::as_result(rota::wait_for(rota::open_connection("127.0.0.1", port), 200ms));
    if (tried.has_value()) open.push_back(port);
}

rota::coro<std::vector<std::uint16_t>> scan(std::vector<std::uint16_t> ports) {
    std::vector<std::uint16_t> open;
    co_await rota::for_each_concurrent(ports, 500, look, std::ref(open));
    std::ranges::sort(open);
    co_return open;
}

rota::coro<> scan_own() {
    auto ignore = [](rota::stream) -> rota::coro<> { co_return; };
    std::vector<rota::server> servers;
    std::vector<std::uint16_t> ports;
    for (int i = 0; i < 3; ++i) {
        servers.push_back(co_await rota::start_server(ignore, "127.0.0.1", 0));
        ports.push_back(servers.back().sockets()[0].port());
    }
    servers.back().close();
    std::size_t const open = (co_await scan(ports)).size();
    std::printf("%zu of %zu ports are open\n", open, ports.size());
}

rota::coro<> async_main(int count, char** arguments) {
    if (count != 3) {
        co_await scan_own();
        co_return;
    }
    std::vector<std::uint16_t> ports;
    for (int port = std::atoi(arguments[1]); port <= std::atoi(arguments[2]) && port < 65536; ++port)
        ports.push_back(static_cast<std::uint16_t>(port));
    for (auto const port : co_await scan(ports)) std::printf("%d is open\n", port);
}

int main(int count, char** arguments) { rota::run(async_main(count, arguments)); }
