// read(0) gives nothing at once, read(n) at most n, readexactly gathers many small writes, read(-1) all to the end.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_170 {
using conformance::bytes;
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> serve(rota::stream stream) {
    for (int i = 0; i < 50; ++i) {
        co_await stream.write(std::to_string(i) + ",");
        if (i % 10 == 0) co_await rota::sleep(0s);
    }
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    print(bytes(co_await stream.read(0)));
    auto const first = co_await stream.read(2);
    print(1 <= first.size() && first.size() <= 2);
    print(bytes(first + co_await stream.read_exactly(20 - first.size())));
    print(bytes(co_await stream.read_until("19,")));
    auto const rest = co_await stream.read();
    print(rest.size(), bytes(std::string_view(rest).substr(rest.size() - 6)));
    for (std::size_t const most : {0U, 5U}) print(bytes(co_await stream.read(most)));
    auto const all = co_await stream.read();
    print(bytes(all), stream.at_eof());
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_170
