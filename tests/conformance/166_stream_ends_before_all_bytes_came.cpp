// readexactly and readuntil at an early end give what had come in the error, and that is taken from the stream.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_166 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    co_await stream.write("12345678");
    co_await stream.close();
}

rota::coro<> read_too_much(rota::stream& stream, std::string separator) {
    auto const begin = co_await stream.read_exactly(3);
    print(bytes(begin), bytes(co_await stream.read_exactly(0)));
    for (int i = 0; i < 2; ++i) {
        try {
            if (separator.empty())
                co_await stream.read_exactly(10);
            else
                co_await stream.read_until(separator);
        } catch (rota::incomplete_read_error const& error) {
            print("partial", bytes(error.partial()), "expected", error.expected());
        }
    }
    auto const none = co_await stream.read_exactly(0);
    auto const rest = co_await stream.read();
    print(bytes(none), bytes(rest), stream.at_eof());
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    for (auto separator : {"", "|"}) {
        auto stream = co_await rota::open_connection("127.0.0.1", port);
        co_await read_too_much(stream, separator);
        co_await stream.close();
    }
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_166
