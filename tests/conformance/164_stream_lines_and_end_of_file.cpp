// readline gives lines with their ends, a last one without, then nothing; at_eof: all is read.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_164 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    co_await stream.write("one\n\ntwo\nlast");
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    print(stream.at_eof());
    for (int i = 0; i < 6; ++i) print(bytes(co_await stream.read_line()));
    auto const some = co_await stream.read(10);
    auto const rest = co_await stream.read();
    print(bytes(some), bytes(rest), stream.at_eof());
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_164
