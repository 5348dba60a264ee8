// After write_eof the other direction stays open: the server reads to the end and then answers as long as it likes.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_169 {
using conformance::bytes;
using conformance::print;
using namespace std::chrono_literals;

rota::coro<> serve(rota::stream stream) {
    std::size_t total = 0;
    for (std::string chunk = co_await stream.read(1000); !chunk.empty(); chunk = co_await stream.read(1000))
        total += chunk.size();
    for (std::string const& part : std::vector<std::string>{"got ", std::to_string(total), " bytes"}) {
        co_await stream.write(part);
        co_await rota::sleep(0s);
    }
    co_await stream.close();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    std::string const piece(1234, 'x');
    for (int i = 0; i < 10; ++i) co_await stream.write(piece);
    co_await stream.write_eof();
    print(bytes(co_await stream.read()));
    print(stream.at_eof());
    co_await stream.close();
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_169
