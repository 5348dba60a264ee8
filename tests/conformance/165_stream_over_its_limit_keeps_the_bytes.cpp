// readuntil over the limit takes nothing; `consumed` says how many bytes belong to no separator.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_165 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    co_await stream.write("0123456789;rest|" + std::string(20, 'x') + ";");
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    rota::connection_options options;
    options.stream.limit = 8;
    auto stream = co_await rota::open_connection("127.0.0.1", port, options);
    std::size_t consumed = 0;
    try {
        co_await stream.read_until(";");
    } catch (rota::limit_overrun_error const& error) {
        consumed = error.consumed();
        print("too long", consumed);
    }
    print(bytes(co_await stream.read_exactly(consumed + 1)));
    print(bytes(co_await stream.read_until("|")));
    try {
        co_await stream.read_until(";");
    } catch (rota::limit_overrun_error const& error) {
        print("too long again", error.consumed() > 8);
    }
    print(bytes(co_await stream.read_exactly(20)));
    auto const last = co_await stream.read_until(";");
    print(bytes(last), bytes(co_await stream.read()));
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_165
