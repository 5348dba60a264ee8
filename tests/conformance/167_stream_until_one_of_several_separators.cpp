// readuntil takes several separators: the one that ends first wins, however many more match behind it.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_167 {
using conformance::bytes;
using conformance::print;

rota::coro<> serve(rota::stream stream) {
    co_await stream.write("a\r\nb\nc;d\r\n\r\ne|");
    co_await stream.write("half a record");
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    for (int i = 0; i < 3; ++i) print(bytes(co_await stream.read_until("\n", "\r\n", ";")));
    print(bytes(co_await stream.read_until("\r\n\r\n", "|")));
    std::vector<std::string_view> const one = {"|"};
    print(bytes(co_await stream.read_until(one)));
    try {
        co_await stream.read_until(";", "end");
    } catch (rota::incomplete_read_error const& error) {
        print("partial", bytes(error.partial()), "expected", error.expected());
    }
    for (auto const& none : std::vector<std::vector<std::string_view>>{{}, {""}, {";", ""}}) {
        try {
            co_await stream.read_until(none);
        } catch (rota::usage_error const&) {
            print("no separator");
        }
    }
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_167
