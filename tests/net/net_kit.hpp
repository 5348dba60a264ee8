// What the tests of sockets share.
#pragma once

#include "io/io_kit.hpp"

#include <rota/net/open_connection.hpp>
#include <rota/net/server.hpp>

#include <functional>
#include <string>
#include <vector>

namespace net_kit {

using namespace io_kit;

/// Serves `handler` at a port of 127.0.0.1 and is a client of it.
template <class F>
rota::coro<rota::server> serve(F handler) {
    co_return co_await rota::start_server(std::move(handler), "127.0.0.1", 0);
}

inline rota::coro<rota::stream> connect(rota::server const& to) {
    auto const port = to.sockets().front().port();
    co_return co_await rota::open_connection("127.0.0.1", port);
}

/// What the exception handler of the running loop is told from now on, as `MESSAGE | WHAT`.
class reports {
public:
    reports() {
        rota::running_loop().set_exception_handler([this](rota::loop&, rota::exception_context const& context) {
            std::string text = context.message;
            try {
                if (context.exception) std::rethrow_exception(context.exception);
            } catch (std::exception const& error) {
                text.append(" | ").append(error.what());
            }
            told.push_back(text);
        });
    }
    reports(reports const&) = delete;
    reports& operator=(reports const&) = delete;
    ~reports() { rota::running_loop().set_exception_handler({}); }

    std::vector<std::string> told;
};

}  // namespace net_kit
