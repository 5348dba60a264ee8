// Many pages with an HTTP client: all are asked for at once, and a semaphore lets ten at a time through. The server is
// part of the program, on the same thread, and takes 20 ms for each page.
#include <rota/http.hpp>
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

constexpr int pages = 100;

rota::coro<> serve(rota::stream client) {
    try {
        while (true) {
            std::string const request = co_await client.read_until("\r\n\r\n");
            std::string const page = "you asked for " + request.substr(4, request.find(' ', 4) - 4) + "\n";
            co_await rota::sleep(20ms);
            std::string const head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(page.size()) + "\r\n\r\n";
            co_await client.write(head + page);
        }
    } catch (rota::incomplete_read_error const&) {
        // The client has closed the connection.
    }
}

rota::coro<std::string> fetch(rota::http::client_session& session, rota::semaphore& at_once, std::string address) {
    auto const permit = co_await at_once.scoped_acquire();
    auto response = co_await session.get(address);
    co_return co_await response.read();
}

rota::coro<> async_main() {
    auto server = co_await rota::start_server(serve, "127.0.0.1", 0);
    std::string const base = "http://127.0.0.1:" + std::to_string(server.sockets()[0].port()) + "/page/";

    auto const began = rota::clock::now();
    rota::http::client_session session;
    rota::semaphore at_once(10);
    std::vector<rota::coro<std::string>> fetches;
    for (int i = 1; i <= pages; ++i) fetches.push_back(fetch(session, at_once, base + std::to_string(i)));
    auto const bodies = co_await rota::gather(std::move(fetches));
    std::chrono::duration<double> const took = rota::clock::now() - began;

    std::printf("first: %slast:  %s", bodies.front().c_str(), bodies.back().c_str());
    std::printf("%zu pages in %.1f s\n", bodies.size(), took.count());
    server.close();
    server.close_clients();
    co_await server.wait_closed();
}

int main() { rota::run(async_main()); }
