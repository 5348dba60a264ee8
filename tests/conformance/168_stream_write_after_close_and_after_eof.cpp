// What is written after write_eof is an error, what is written after close is dropped; neither reaches the peer.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_168 {
using conformance::bytes;
using conformance::print;

rota::coro<> async_main() {
    rota::queue<std::string> received;
    auto const serve = [&](rota::stream stream) -> rota::coro<> {
        co_await received.put(co_await stream.read());
        co_await stream.close();
    };
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    co_await stream.write("before");
    co_await stream.write_eof();
    co_await stream.write_eof();
    try {
        co_await stream.write("after");
    } catch (rota::usage_error const&) {
        print("after the end");
    }
    auto const first = co_await received.get();
    print(bytes(first), bytes(co_await stream.read()));
    co_await stream.close();

    stream = co_await rota::open_connection("127.0.0.1", port);
    co_await stream.write("before");
    print(stream.is_closing());
    co_await stream.close();
    co_await stream.close();
    print(stream.is_closing());
    try {
        co_await stream.write("after");
        print("dropped");
    } catch (rota::system_error const&) {
        print("closed");
    }
    print(bytes(co_await received.get()));
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_168
