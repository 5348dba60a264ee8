#include <rota/net/open_unix_connection.hpp>

#include "socket_transport.hpp"
#include "unix_path.hpp"

#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>
#include <rota/detail/operation_awaiter.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>

namespace rota::inline v0 {

coro<stream> open_unix_connection(std::string path, stream_options options) {
    using namespace std::chrono_literals;
    auto const to = detail::unix_address(path, "connect");
    engine& kernel = running_loop().kernel();
    std::int32_t result = 0;
    for (auto pause = 1ms;; pause = std::min(2 * pause, 50ms)) {
        io_handle opened;
        result = kernel.open_socket(address_family::unix_path, opened);
        if (result < 0) break;
        detail::socket_holder socket(kernel, opened);
        result = co_await detail::operation_awaiter<connect_operation>("connect", opened, to);
        if (result == 0) {
            stream made(std::make_unique<detail::socket_transport>(running_loop(), opened, to), options);
            socket.release();
            co_return made;
        }
        // The server's queue is full, and the kernel does not tell when it no longer is.
        if (result != -EAGAIN) break;
        co_await sleep(pause);
    }
    throw system_error(-result, "connect", to.to_string());
}

}  // namespace rota::inline v0
