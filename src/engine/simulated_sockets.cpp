#include "simulated_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {
namespace {

/// Linux's net.core.somaxconn.
constexpr int longest_backlog = 4096;

/// Whether a socket at `a` takes what is meant for `b`, ports apart.
bool covers(endpoint const& a, bool ipv6_only, endpoint const& b) noexcept {
    if (a.host == b.host) return true;
    if (!a.is_any()) return false;
    return a.is_ipv4() == b.is_ipv4() || (!a.is_ipv4() && !ipv6_only);
}

}  // namespace

std::uint16_t ephemeral_ports::take() noexcept {
    for (std::size_t tried = 0; tried < users_.size(); ++tried) {
        std::size_t const candidate = next_;
        next_ = (next_ + 1) % users_.size();
        if (users_[candidate] == 0) return static_cast<std::uint16_t>(first + candidate);
    }
    return 0;
}

simulated_socket* socket_table::find(io_handle handle) noexcept {
    if (handle.slot >= slots_.size()) return nullptr;
    slot& found = slots_[handle.slot];
    return found.socket && found.generation == handle.generation ? found.socket.get() : nullptr;
}

simulated_socket& socket_table::make(address_family family, io_handle& opened) {
    auto made = std::make_unique<simulated_socket>();
    if (free_slots_.empty()) {
        // So that giving the slot back can not fail.
        if (free_slots_.capacity() <= slots_.size()) free_slots_.reserve(std::max<std::size_t>(16, slots_.size() * 2));
        slots_.emplace_back().generation = first_generation_;
        free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
    made->slot = free_slots_.back();
    free_slots_.pop_back();
    made->family = family;
    made->local = endpoint::any(family);
    slot& place = slots_[made->slot];
    place.socket = std::move(made);
    opened = {place.socket->slot, place.generation};
    return *place.socket;
}

std::int32_t socket_table::open_socket(address_family family, io_handle& opened, socket_kind kind) noexcept {
    if (family == address_family::unspecified) return -EAFNOSUPPORT;
    try {
        make(family, opened).kind = kind;
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    return 0;
}

std::int32_t socket_table::set_option(io_handle handle, socket_option option, int value) noexcept {
    simulated_socket* socket = find(handle);
    if (!socket) return -EBADF;
    switch (option) {
        case socket_option::reuse_address: socket->reuse_address = value != 0; return 0;
        case socket_option::reuse_port: socket->reuse_port = value != 0; return 0;
        case socket_option::ipv6_only:
            if (socket->family != address_family::ipv6) return -ENOPROTOOPT;
            if (socket->bound) return -EINVAL;
            socket->ipv6_only = value != 0;
            return 0;
        case socket_option::no_delay:
        case socket_option::keep_alive:
        case socket_option::broadcast:
        case socket_option::send_buffer: return 0;
        case socket_option::receive_buffer:
            socket->datagrams.room = 2 * static_cast<std::size_t>(value < 0 ? 0 : value);
            return 0;
    }
    return -ENOPROTOOPT;
}

bool socket_table::in_use(simulated_socket const& asking, endpoint const& wanted, bool listeners_only) const noexcept {
    return std::any_of(slots_.begin(), slots_.end(), [&](slot const& other) {
        simulated_socket const* holder = other.socket.get();
        if (!holder || holder == &asking || !holder->bound || holder->local.port != wanted.port) return false;
        if (holder->kind != asking.kind) return false;
        bool const listening = holder->at == socket_state::listening;
        if (listeners_only && !listening) return false;
        if (!covers(holder->local, holder->ipv6_only, wanted) && !covers(wanted, asking.ipv6_only, holder->local))
            return false;
        if (holder->reuse_port && asking.reuse_port) return false;
        return listening || !holder->reuse_address || !asking.reuse_address;
    });
}

void socket_table::set_port(simulated_socket& socket, endpoint const& local) noexcept {
    socket.local = local;
    socket.bound = true;
    ports_.hold(local.port);
}

std::int32_t socket_table::bind(io_handle handle, socket_address const& address) noexcept {
    simulated_socket* socket = find(handle);
    if (!socket) return -EBADF;
    endpoint wanted;
    if (socket->family == address_family::unix_path) {
        if (socket->bound || socket->at != socket_state::fresh) return -EINVAL;
        std::int32_t const result = names_.claim(address, *socket, socket->local);
        socket->bound = result == 0;
        return result;
    }
    if (std::int32_t const wrong = read_address(socket->family, address, wanted); wrong < 0) return wrong;
    if (socket->family == address_family::ipv6 && wanted.is_ipv4() && socket->ipv6_only) return -EINVAL;
    if (!wanted.is_any() && !wanted.is_loopback()) return -EADDRNOTAVAIL;
    if (socket->bound || socket->at != socket_state::fresh) return -EINVAL;
    if (wanted.port == 0) {
        wanted.port = ports_.take();
        if (wanted.port == 0) return -EADDRINUSE;
    } else if (in_use(*socket, wanted, false)) {
        return -EADDRINUSE;
    }
    set_port(*socket, wanted);
    return 0;
}

std::int32_t socket_table::listen(io_handle handle, int backlog) noexcept {
    simulated_socket* socket = find(handle);
    if (!socket) return -EBADF;
    if (socket->kind == socket_kind::datagram) return -EOPNOTSUPP;
    if (socket->family == address_family::unix_path && !socket->bound) return -EINVAL;
    bool const again = socket->at == socket_state::listening;
    if (!again && socket->at != socket_state::fresh) return -EINVAL;
    // As Linux: one more than asked for, and what is negative means the most.
    std::size_t const limit =
        static_cast<std::size_t>(backlog < 0 || backlog > longest_backlog ? longest_backlog : backlog) + 1;
    try {
        socket->backlog.reserve(limit);
        if (!again) listeners_.reserve(listeners_.size() + 1);
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    if (!socket->bound) {
        endpoint local = endpoint::any(socket->family);
        local.port = ports_.take();
        if (local.port == 0) return -EADDRINUSE;
        set_port(*socket, local);
    }
    if (!again) {
        if (!socket->local.name && in_use(*socket, socket->local, true)) return -EADDRINUSE;
        listeners_.push_back(socket);
        socket->at = socket_state::listening;
    }
    socket->backlog_limit = limit;
    return 0;
}

std::int32_t socket_table::local_address(io_handle handle, socket_address& address) noexcept {
    simulated_socket* socket = find(handle);
    if (!socket) return -EBADF;
    address = write_address(socket->family, socket->local);
    return 0;
}

std::int32_t socket_table::peer_address(io_handle handle, socket_address& address) noexcept {
    simulated_socket* socket = find(handle);
    if (!socket) return -EBADF;
    if (socket->kind == socket_kind::datagram) {
        if (!socket->datagrams.peer) return -ENOTCONN;
        address = write_address(socket->family, *socket->datagrams.peer);
        return 0;
    }
    if (socket->at != socket_state::connected || socket->over()) return -ENOTCONN;
    address = write_address(socket->family, socket->link->ends[socket->other()].address);
    return 0;
}

simulated_socket* socket_table::listener_for(endpoint const& target) noexcept {
    // The most particular one wins: the address itself, any address of its family, any address at all.
    auto const rank = [&](simulated_socket const* listener) {
        if (target.name) return listener->local.name == target.name ? 3 : 0;
        if (listener->local.port != target.port || !covers(listener->local, listener->ipv6_only, target)) return 0;
        if (!listener->local.is_any()) return 3;
        return listener->local.is_ipv4() == target.is_ipv4() ? 2 : 1;
    };
    int best = 0;
    std::size_t equals = 0;
    for (simulated_socket const* listener : listeners_) {
        int const ranked = rank(listener);
        if (ranked > best) {
            best = ranked;
            equals = 0;
        }
        if (ranked == best) ++equals;
    }
    if (best == 0) return nullptr;
    std::size_t skip = choices_.pick(equals);
    for (simulated_socket* listener : listeners_)
        if (rank(listener) == best && skip-- == 0) return listener;
    return nullptr;
}

std::int32_t socket_table::route(simulated_socket& socket, socket_address const& to, endpoint& target) noexcept {
    if (socket.family == address_family::unix_path) return names_.find(to, target);
    if (std::int32_t const wrong = read_address(socket.family, to, target); wrong < 0) return wrong;
    if (target.is_any()) {
        // Linux takes "any" to mean this machine.
        auto const port = target.port;
        target = endpoint::loopback(target.is_ipv4() ? address_family::ipv4 : address_family::ipv6);
        target.port = port;
    }
    if (!target.is_loopback() || (target.is_ipv4() && socket.ipv6_only)) return -ENETUNREACH;
    endpoint local = socket.local;
    if (local.is_any()) local = endpoint::loopback(target.is_ipv4() ? address_family::ipv4 : address_family::ipv6);
    if (local.is_ipv4() != target.is_ipv4()) return -ENETUNREACH;
    if (!socket.bound) {
        local.port = ports_.take();
        if (local.port == 0) return -EADDRNOTAVAIL;
        set_port(socket, local);
    } else {
        local.port = socket.local.port;
        socket.local = local;
    }
    return 0;
}

void socket_table::remove_listener(simulated_socket& listener) noexcept {
    listeners_.erase(std::find(listeners_.begin(), listeners_.end(), &listener));
}

std::int32_t socket_table::route_datagram(simulated_socket& socket, socket_address const& to,
                                          endpoint& target) noexcept {
    // A connect would tie the socket to one of its machine's addresses.
    endpoint const before = socket.local;
    std::int32_t const result = route(socket, to, target);
    if (result == 0 && before.is_any()) socket.local.host = before.host;
    return result;
}

simulated_socket* socket_table::receiver_for(endpoint const& from, endpoint const& target) noexcept {
    auto const rank = [&](simulated_socket const& socket) {
        if (socket.kind != socket_kind::datagram || socket.closing || socket.family == address_family::unix_path)
            return 0;
        if (!socket.bound || socket.local.port != target.port) return 0;
        if (!covers(socket.local, socket.ipv6_only, target)) return 0;
        int const found = socket.local.is_any() ? 1 : 2;
        auto const& peer = socket.datagrams.peer;
        if (!peer) return found;
        return peer->port == from.port && peer->host == from.host ? found + 2 : 0;
    };
    int best = 0;
    std::size_t equals = 0;
    each([&](simulated_socket& socket) {
        int const ranked = rank(socket);
        if (ranked > best) equals = 0;
        best = std::max(best, ranked);
        if (ranked == best && best != 0) ++equals;
    });
    std::size_t skip = choices_.pick(equals);
    simulated_socket* chosen = nullptr;
    each([&](simulated_socket& socket) {
        if (!chosen && best != 0 && rank(socket) == best && skip-- == 0) chosen = &socket;
    });
    return chosen;
}

void socket_table::release(simulated_socket& socket) noexcept {
    names_.leave(socket, socket.local);
    if (socket.bound) ports_.release(socket.local.port);
    std::uint32_t const freed = socket.slot;
    slots_[freed].socket.reset();
    free_slots_.push_back(freed);
}

}  // namespace rota::inline v0::simulation
