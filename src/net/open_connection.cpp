#include <rota/net/open_connection.hpp>

#include "socket_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/operation_awaiter.hpp>
#include <rota/net/getaddrinfo.hpp>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace rota::inline v0 {
namespace {

struct failed_attempt {
    failed_attempt(socket_address const& tried, std::int32_t result) : to(tried), error(-result) {}
    socket_address to;
    int error;
};

[[noreturn]] void fail(std::string const& host, std::uint16_t port, std::vector<failed_attempt> const& attempts) {
    int const error = attempts.back().error;
    if (attempts.size() == 1) throw system_error(error, "connect", attempts.back().to.to_string());
    std::string object = host + ":" + std::to_string(port) + " (";
    for (auto const& each : attempts) {
        if (&each != &attempts.front()) object += "; ";
        object += each.to.to_string() + ": " + std::generic_category().message(each.error);
    }
    throw system_error(error, "connect", object + ")");
}

}  // namespace

coro<stream> open_connection(std::string host, std::uint16_t port, connection_options options) {
    auto const addresses = co_await getaddrinfo(host, port);
    engine& kernel = running_loop().kernel();
    std::vector<failed_attempt> failed;
    for (auto const& to : addresses) {
        io_handle opened;
        std::int32_t result = kernel.open_socket(to.family(), opened);
        if (result == 0) {
            detail::socket_holder socket(kernel, opened);
            result = co_await detail::operation_awaiter<connect_operation>("connect", socket.get(), to);
            if (result == 0) {
                if (options.no_delay) kernel.set_option(socket.get(), socket_option::no_delay, 1);
                auto over = std::make_unique<detail::socket_transport>(kernel, socket.get(), to);
                stream made(std::move(over), options.stream);
                socket.release();
                co_return made;
            }
        }
        failed.emplace_back(to, result);
    }
    fail(host, port, failed);
}

}  // namespace rota::inline v0
