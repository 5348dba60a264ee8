// close_clients ends the handlers that still run, so that wait_closed returns; the clients see the end.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_176 {
using conformance::bytes;
using conformance::each;
using conformance::print;
using conformance::shown;
using conformance::str;

rota::coro<std::string> client(std::uint16_t port) {
    auto stream = co_await rota::open_connection("127.0.0.1", port);
    co_await stream.write("hello\n");
    auto answer = co_await stream.read();
    co_await stream.close();
    co_return answer;
}

rota::coro<> async_main() {
    rota::barrier all_served(3);
    auto const serve = [&](rota::stream stream) -> rota::coro<> {
        try {
            print(bytes(co_await stream.read_line()));
            co_await all_served.wait();
            print("handler goes on after", bytes(co_await stream.read()));
        } catch (rota::cancelled_error const&) {
            print("handler cancelled");
            throw;
        }
    };
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto clients = std::vector{rota::create_task(client(port)), rota::create_task(client(port))};
    co_await all_served.wait();
    server.close();
    server.close_clients();
    co_await server.wait_closed();
    auto const answers = co_await rota::gather(clients);
    print(each(answers, [](auto const& answer) { return shown{str(bytes(answer))}; }), server.is_serving());
}

conformance::program const here(async_main);
}  // namespace program_176
