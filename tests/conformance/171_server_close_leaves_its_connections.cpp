// close stops accepting and leaves the connections; wait_closed returns when the last of them is gone.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_171 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    for (std::string line = co_await stream.read_line(); !line.empty(); line = co_await stream.read_line())
        co_await stream.write("echo " + line);
    print("connection ends");
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    print(server.is_serving(), server.sockets().size());
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    co_await stream.write("a\n");
    print(bytes(co_await stream.read_line()));
    server.close();
    server.close();
    print(server.is_serving(), server.sockets().size());
    try {
        co_await rota::open_connection("127.0.0.1", port);
    } catch (rota::system_error const& error) {
        if (error.code() == std::errc::connection_refused) print("refused");
    }
    auto const wait_closed = [&]() -> rota::coro<> { co_await server.wait_closed(); };
    auto waiting = rota::create_task(wait_closed());
    co_await stream.write("b\n");
    auto const line = co_await stream.read_line();
    print(bytes(line), waiting.done());
    co_await stream.close();
    co_await waiting;
    print("closed");
}

conformance::program const here(async_main);
}  // namespace program_171
