#pragma once

#include <rota/core/coro.hpp>
#include <rota/http/url.hpp>
#include <rota/net/server.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

class scripted_server;

/// What a server sends, and what it does then.
struct reply {
    enum class then : std::uint8_t {
        wait_for_the_next,
        close,
        hang,
        /// Sends an `x` every second.
        drip,
    };

    explicit reply(std::string text, then afterwards = then::wait_for_the_next)
        : bytes(std::move(text)), next(afterwards) {}

    std::string bytes;
    then next;
};

/// Answers the request that came last.
using script = std::function<reply(scripted_server const&)>;

/// A server for tests of the client: says what a script says, and remembers what it was asked.
class scripted_server {
public:
    explicit scripted_server(script answers) : script_(std::move(answers)) {}

    rota::coro<> start();
    rota::coro<> stop();
    rota::http::url at(std::string_view target) const;

    std::vector<std::string> requests;
    std::size_t connections = 0;
    std::size_t open = 0;

private:
    rota::coro<> serve(rota::stream client);
    rota::coro<> drip(rota::stream& client);

    script script_;
    rota::server server_;
    std::uint16_t port_ = 0;
};

}  // namespace tests
