// Each client has a handler of its own; they take turns, and each gets its own answers in order.
#include "python.hpp"
#include "registry.hpp"

#include <rota/rota.hpp>

namespace program_172 {
using conformance::bytes;
using conformance::print;

rota::coro<> async_main() {
    rota::barrier all_here(3);
    std::vector<std::string> order;
    auto const serve = [&](rota::stream stream) -> rota::coro<> {
        auto const name = co_await stream.read_exactly(1);
        co_await all_here.wait();
        for (int i = 0; i < 3; ++i) co_await stream.write(name + std::to_string(i) + "\n");
        co_await stream.close();
    };
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    auto const port = server.sockets()[0].port();
    auto const client = [&](std::string name) -> rota::coro<std::string> {
        auto stream = co_await rota::open_connection("127.0.0.1", port);
        co_await stream.write(name);
        auto answer = co_await stream.read();
        co_await stream.close();
        order.push_back(name);
        co_return answer;
    };
    std::vector<rota::coro<std::string>> clients;
    for (auto n : {"a", "b", "c"}) clients.push_back(client(n));
    auto const answers = co_await rota::gather(std::move(clients));
    for (auto const& answer : answers) print(bytes(answer));
    print(order.size());
    server.close();
    co_await server.wait_closed();
}

conformance::program const here(async_main);
}  // namespace program_172
