#include <rota/net/socket.hpp>

#include "socket_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/operation_awaiter.hpp>

#include <cerrno>
#include <memory>

namespace rota::inline v0 {
namespace detail {
namespace {

/// What was made large enough for anything is given back: most messages are small.
std::string fitted(std::string&& room, std::size_t size) {
    room.resize(size);
    // Where memory is short it stays as it is.
    if (size < room.capacity() / 2) room.shrink_to_fit();
    return std::move(room);
}

}  // namespace

// The room is there before anything comes: nothing that was received can be lost for want of memory.
socket_recv_awaiter::socket_recv_awaiter(scheduler* home, io_handle handle, std::size_t most, bool stream)
    : socket_receive_awaiter("socket.recv", home, handle, nullptr, most, stream), room_(most, '\0') {
    buffer = room_.data();
}
socket_recv_awaiter::socket_recv_awaiter(socket_recv_awaiter&& unstarted) noexcept
    : socket_receive_awaiter(static_cast<socket_receive_awaiter&&>(unstarted)), room_(std::move(unstarted.room_)) {
    buffer = room_.data();
}
std::string socket_recv_awaiter::await_resume() { return fitted(std::move(room_), take()); }

socket_recvfrom_awaiter::socket_recvfrom_awaiter(char const* what, scheduler* home, io_handle handle, std::size_t most,
                                                 bool stream)
    : socket_receive_awaiter(what, home, handle, nullptr, most, stream), room_(most, '\0') {
    buffer = room_.data();
}
socket_recvfrom_awaiter::socket_recvfrom_awaiter(socket_recvfrom_awaiter&& unstarted) noexcept
    : socket_receive_awaiter(static_cast<socket_receive_awaiter&&>(unstarted)), room_(std::move(unstarted.room_)) {
    buffer = room_.data();
}
datagram socket_recvfrom_awaiter::await_resume() {
    auto const size = take();
    return {fitted(std::move(room_), size), from, truncated};
}

std::string datagram_receive_awaiter::await_resume() {
    auto got = socket_recvfrom_awaiter::await_resume();
    if (got.truncated) throw_socket_error(-EMSGSIZE, "receive from", home_, handle(), got.from);
    return std::move(got.data);
}

received_datagram socket_recvfrom_into_awaiter::await_resume() const { return {take(), from, truncated}; }

}  // namespace detail

socket::socket(address_family family, socket_kind kind) : home_(&running_loop()), family_(family), kind_(kind) {
    std::int32_t const result = home_->kernel().open_socket(family, handle_, kind);
    if (result < 0) throw system_error(-result, "open a socket");
}

socket::socket(socket&& other) noexcept
    : home_(other.home_), handle_(other.release()), family_(other.family_), kind_(other.kind_) {}

socket& socket::operator=(socket&& other) noexcept {
    if (this == &other) return *this;
    drop();
    home_ = other.home_;
    handle_ = other.release();
    family_ = other.family_;
    kind_ = other.kind_;
    return *this;
}

socket::~socket() { drop(); }

void socket::drop() noexcept {
    // Outside its loop, which may be gone, the engine's own end closes it.
    if (handle_ && detail::hot.running == home_) home_->kernel().close(handle_);
    handle_ = {};
}

engine& socket::kernel() const {
    if (home_ == nullptr) detail::throw_usage_error("an empty socket was used");
    detail::check_owner(home_, "a socket's");
    return home_->kernel();
}

void socket::check(std::int32_t result, char const* operation, socket_address const& to) const {
    if (result < 0) detail::throw_socket_error(result, operation, home_, handle_, to);
}

void socket::set_option(socket_option option, int value) {
    check(kernel().set_option(handle_, option, value), "set an option of");
}
void socket::bind(socket_address const& address) { check(kernel().bind(handle_, address), "bind", address); }
void socket::listen(int backlog) { check(kernel().listen(handle_, backlog), "listen on"); }

socket_address socket::local_address() const {
    socket_address address;
    return kernel().local_address(handle_, address) == 0 ? address : socket_address();
}
socket_address socket::peer_address() const {
    socket_address address;
    return kernel().peer_address(handle_, address) == 0 ? address : socket_address();
}

coro<socket> socket::accept() {
    kernel();
    auto* const home = home_;
    auto const listener = handle_;
    auto const family = family_;
    for (;;) {
        detail::operation_awaiter<accept_operation> accept("socket.accept", listener);
        std::int32_t const result = co_await accept;
        if (result == 0) co_return socket(home, accept.accepted, family, socket_kind::stream);
        // It was closed, which the next call tells, or a cancel was taken back.
        if (result != -ECANCELED) detail::throw_socket_error(result, "accept at", home, listener);
    }
}

detail::socket_connect_awaiter socket::connect(socket_address const& to) {
    return detail::socket_connect_awaiter(home_, handle_, to);
}
detail::socket_recv_awaiter socket::recv(std::size_t most) {
    return detail::socket_recv_awaiter(home_, handle_, most, of_stream());
}
detail::socket_recv_into_awaiter socket::recv_into(std::span<char> room) {
    return {"socket.recv_into", home_, handle_, room.data(), room.size(), of_stream()};
}
detail::socket_recvfrom_awaiter socket::recvfrom(std::size_t most) {
    return detail::socket_recvfrom_awaiter("socket.recvfrom", home_, handle_, most, of_stream());
}
detail::socket_recvfrom_into_awaiter socket::recvfrom_into(std::span<char> room) {
    return {"socket.recvfrom_into", home_, handle_, room.data(), room.size(), of_stream()};
}
detail::socket_send_awaiter socket::sendall(std::string_view data) {
    return {"socket.sendall", home_, handle_, data.data(), data.size(), socket_address(), of_stream()};
}
detail::socket_send_awaiter socket::sendto(std::string_view data, socket_address const& to) {
    return {"socket.sendto", home_, handle_, data.data(), data.size(), to, of_stream()};
}
detail::socket_close_awaiter socket::close() {
    auto const closed = release();
    return {home_, closed};
}

stream connect_accepted_socket(socket connected, stream_options const& options) {
    engine& kernel = running_loop().kernel();
    socket_address peer;
    std::int32_t const result = kernel.peer_address(connected.handle(), peer);
    if (result < 0) throw system_error(-result, "make a stream of a socket");
    auto over = std::make_unique<detail::socket_transport>(running_loop(), connected.handle(), peer);
    stream made(std::move(over), options);
    // Not before: where there is no memory for the stream, the socket closes what it has.
    connected.release();
    return made;
}

}  // namespace rota::inline v0
