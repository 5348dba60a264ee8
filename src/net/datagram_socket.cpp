#include <rota/net/datagram_socket.hpp>

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/net/getaddrinfo.hpp>

#include <cerrno>
#include <exception>

namespace rota::inline v0 {

datagram_socket::datagram_socket(socket over) : socket_(std::move(over)) {
    if (socket_ && socket_.kind() != socket_kind::datagram)
        detail::throw_usage_error("datagram_socket: of a socket that carries a stream");
}

detail::socket_send_awaiter datagram_socket::send(std::string_view data) {
    return {"datagram_socket.send", socket_.home_, socket_.handle_, data.data(), data.size(), socket_address(), false};
}
detail::socket_send_awaiter datagram_socket::send_to(std::string_view data, socket_address const& to) {
    return {"datagram_socket.send_to", socket_.home_, socket_.handle_, data.data(), data.size(), to, false};
}
detail::datagram_receive_awaiter datagram_socket::receive(std::size_t most) {
    return detail::datagram_receive_awaiter("datagram_socket.receive", socket_.home_, socket_.handle_, most, false);
}
detail::socket_recvfrom_awaiter datagram_socket::receive_from(std::size_t most) {
    return detail::socket_recvfrom_awaiter("datagram_socket.receive_from", socket_.home_, socket_.handle_, most, false);
}
detail::socket_recvfrom_into_awaiter datagram_socket::receive_into(std::span<char> room) {
    return {"datagram_socket.receive_into", socket_.home_, socket_.handle_, room.data(), room.size(), false};
}

namespace {

socket open_endpoint(socket_address const& local, address_family family, datagram_options const& options) {
    socket opened(family, socket_kind::datagram);
    if (options.reuse_port) opened.set_option(socket_option::reuse_port, 1);
    if (options.allow_broadcast) opened.set_option(socket_option::broadcast, 1);
    if (options.receive_buffer != 0) opened.set_option(socket_option::receive_buffer, options.receive_buffer);
    if (options.send_buffer != 0) opened.set_option(socket_option::send_buffer, options.send_buffer);
    if (local.family() == address_family::unspecified) return opened;
    if (family == address_family::unix_path) {
        // Left by somebody who has ended, as far as can be known.
        engine& kernel = running_loop().kernel();
        std::uint64_t left = 0;
        if (kernel.find_socket_file(local, left) == 0) kernel.remove_socket_file(local);
    }
    opened.bind(local);
    return opened;
}

}  // namespace

coro<datagram_socket> create_datagram_endpoint(socket_address local, socket_address remote, datagram_options options) {
    bool const bound = local.family() != address_family::unspecified;
    bool const connected = remote.family() != address_family::unspecified;
    if (!bound && !connected)
        detail::throw_usage_error("create_datagram_endpoint: neither where it is nor whom it speaks to");
    socket made = open_endpoint(local, bound ? local.family() : remote.family(), options);
    if (connected) co_await made.connect(remote);
    co_return datagram_socket(std::move(made));
}

coro<datagram_socket> create_datagram_endpoint(std::string host, std::uint16_t port, datagram_options options) {
    auto const local = options.local_address;
    auto const addresses = co_await getaddrinfo(std::move(host), port, local.family());
    std::exception_ptr error;
    for (auto const& to : addresses) {
        try {
            socket made = open_endpoint(local, to.family(), options);
            co_await made.connect(to);
            co_return datagram_socket(std::move(made));
        } catch (system_error const&) {
            if (!error) error = std::current_exception();
        }
    }
    std::rethrow_exception(std::move(error));
}

}  // namespace rota::inline v0
