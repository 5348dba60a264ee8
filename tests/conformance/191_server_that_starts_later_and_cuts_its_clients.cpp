// A server that is not to start at once refuses until it is; abort_clients ends connections without a cancel.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_191 {
using conformance::bytes;
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> handler(rota::stream peer) {
    try {
        co_await peer.write(co_await peer.read_line());
        co_await peer.read();
        print("the handler's read has ended");
    } catch (rota::system_error const&) {
        print("the handler's read has ended");
    } catch (rota::cancelled_error const&) {
        print("not reached");
    }
    co_await peer.close();
}

rota::coro<rota::stream> attempt(std::uint16_t port) {
    try {
        auto client = co_await rota::open_connection("127.0.0.1", port);
        print("connected");
        co_return client;
    } catch (rota::system_error const&) {
        print("refused");
        co_return rota::stream();
    }
}

rota::coro<> async_main() {
    rota::server_options options;
    options.start_serving = false;
    auto server = co_await rota::start_server(handler, "127.0.0.1", 0, options);
    auto const port = server.sockets()[0].port();
    print(server.is_serving(), &server.get_loop() == &rota::running_loop());
    co_await attempt(port);
    server.start_serving();
    server.start_serving();
    print(server.is_serving());
    auto client = co_await attempt(port);
    co_await client.write("line\n");
    print(bytes(co_await client.read_line()));
    co_await rota::sleep(10ms);
    server.abort_clients();
    auto const rest = co_await client.read();
    print(bytes(rest), server.is_serving());
    co_await client.close();
    co_await rota::sleep(10ms);
    server.close();
    co_await server.wait_closed();
    print(server.is_serving());
}

conformance::program const here(async_main);
}  // namespace program_191
