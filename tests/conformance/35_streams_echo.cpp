// A stream server and client: read_line, read_exactly, read_until, end of file, incomplete reads.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_35 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    while (true) {
        std::string line = co_await stream.read_line();
        if (line.empty()) break;
        std::ranges::transform(line, line.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        co_await stream.write(line);
    }
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    co_await stream.write("hello\nwor");
    co_await stream.write("ld\nabc;def\n");
    print(bytes(co_await stream.read_line()));
    print(bytes(co_await stream.read_exactly(6)));
    print(bytes(co_await stream.read_until(";")));
    co_await stream.write_eof();
    try {
        co_await stream.read_exactly(100);
    } catch (rota::incomplete_read_error const& e) {
        print("incomplete", bytes(e.partial()));
    }
    auto const rest = co_await stream.read();
    print(bytes(rest), stream.at_eof());
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
    try {
        co_await rota::open_connection("127.0.0.1", port);
    } catch (rota::system_error const& e) {
        if (e.code() == std::errc::connection_refused) print("refused");
    }
}

conformance::program const here(async_main);
}  // namespace program_35
