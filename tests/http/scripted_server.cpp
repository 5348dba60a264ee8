#include "http/scripted_server.hpp"

#include <rota/core/sleep.hpp>
#include <rota/io/errors.hpp>

#include <chrono>

namespace tests {

using namespace std::chrono_literals;

rota::coro<> scripted_server::start() {
    server_ =
        co_await rota::start_server([this](rota::stream client) { return serve(std::move(client)); }, "127.0.0.1", 0);
    port_ = server_.sockets().at(0).port();
}

rota::coro<> scripted_server::stop() {
    server_.close();
    server_.close_clients();
    co_await server_.wait_closed();
}

rota::http::url scripted_server::at(std::string_view target) const {
    return rota::http::url::parse("http://127.0.0.1:" + std::to_string(port_) + std::string(target));
}

rota::coro<> scripted_server::serve(rota::stream client) {
    struct counted {
        std::size_t& open;
        explicit counted(std::size_t& of) : open(of) { ++open; }
        ~counted() { --open; }
    } const one(open);
    ++connections;
    try {
        while (true) {
            requests.push_back(co_await client.read_until("\r\n\r\n"));
            auto const next = script_(*this);
            co_await client.write(next.bytes);
            if (next.next == reply::then::close) co_return;
            if (next.next == reply::then::drip) co_await drip(client);
            // Until the client goes.
            if (next.next != reply::then::wait_for_the_next) co_await client.read();
        }
    } catch (rota::incomplete_read_error const&) {
        // It has gone.
    } catch (rota::system_error const&) {
        // It has gone with something unread.
    }
}

rota::coro<> scripted_server::drip(rota::stream& client) {
    while (true) {
        co_await rota::sleep(1s);
        co_await client.write("x");
    }
}

}  // namespace tests
