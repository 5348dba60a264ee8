// A web server that takes a second for each page, for any number of clients at once, on one thread: what script/demo has
// `rota fetch` wait for. Usage: slow_server [--port N] [--delay SECONDS] [--for SECONDS]
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/resource.h>

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

struct slow_options {
    std::uint16_t port = 0;
    seconds delay = 1s;
    seconds lifetime = 300s;
};

rota::coro<> serve(slow_options const& options, rota::stream client) {
    try {
        while (true) {
            auto const request = co_await client.read_until("\r\n\r\n");
            co_await rota::sleep(options.delay);
            auto const page = "This took its time: " + request.substr(0, request.find('\r')) + "\n";
            auto const head =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(page.size()) +
                "\r\n\r\n";
            co_await client.write(head + page);
        }
    } catch (rota::incomplete_read_error const&) {
        // The client has gone.
    } catch (std::system_error const&) {
        // The same, in a hurry.
    }
}

rota::coro<> async_main(slow_options const& options) {
    rota::server_options listening;
    listening.backlog = 4096;
    auto server = co_await rota::start_server([&](rota::stream client) { return serve(options, std::move(client)); },
                                              "127.0.0.1", options.port, listening);
    std::printf("listening on %s\n", server.sockets().at(0).to_string().c_str());
    std::fflush(stdout);
    co_await rota::sleep(options.lifetime);
}

slow_options parse(int count, char** arguments) {
    slow_options options;
    for (int i = 1; i < count; i += 2) {
        std::string const name = arguments[i];
        double const value = i + 1 < count ? std::atof(arguments[i + 1]) : -1;
        if (name == "--port" && value >= 0 && value < 65536)
            options.port = static_cast<std::uint16_t>(value);
        else if (name == "--delay" && value >= 0)
            options.delay = seconds(value);
        else if (name == "--for" && value >= 0)
            options.lifetime = seconds(value);
        else
            throw std::runtime_error("usage: slow_server [--port N] [--delay SECONDS] [--for SECONDS]");
    }
    return options;
}

int main(int count, char** arguments) {
    try {
        // A connection is a descriptor, and the usual limit is 1,024.
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        auto const options = parse(count, arguments);
        rota::run(async_main(options));
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
