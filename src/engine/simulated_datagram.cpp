#include "simulated_datagram.hpp"

#include "simulated_network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {
namespace {

std::size_t longest(address_family family) noexcept {
    switch (family) {
        case address_family::ipv4: return 65'507;
        case address_family::ipv6: return 65'527;
        default: return 212'960;  // what a Unix socket's default buffer holds
    }
}

}  // namespace

std::int32_t network::connect_datagrams(simulated_socket& socket, socket_address const& to) noexcept {
    endpoint target;
    if (std::int32_t const wrong = sockets_.route(socket, to, target); wrong < 0) return wrong;
    if (target.name) {
        if (!target.name->bound) return -ECONNREFUSED;
        if (target.name->bound->kind != socket_kind::datagram) return -EPROTOTYPE;
    }
    socket.datagrams.peer = std::move(target);
    return 0;
}

std::optional<std::int32_t> network::attempt_send_to(simulated_socket& socket, send_to_operation& op) noexcept {
    if (socket.kind != socket_kind::datagram) return attempt_send(socket, op.data, op.length);
    datagram_queue& own = socket.datagrams;
    if (own.error != 0) return -std::exchange(own.error, 0);
    bool const of_unix = socket.family == address_family::unix_path;
    bool const addressed = op.to.family() != address_family::unspecified;
    if (!addressed && !own.peer) return of_unix ? -ENOTCONN : -EDESTADDRREQ;
    if (op.length > longest(socket.family)) return -EMSGSIZE;
    endpoint target;
    if (addressed) {
        if (std::int32_t const wrong = sockets_.route_datagram(socket, op.to, target); wrong < 0) return wrong;
    } else {
        target = *own.peer;
    }
    std::shared_ptr<datagram> made;
    try {
        made = std::make_shared<datagram>();
        auto const* const first = static_cast<std::byte const*>(op.data);
        made->bytes.assign(first, first + op.length);
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    made->from = socket.local;
    if (!of_unix && made->from.is_any()) made->from.host = target.host;
    made->to = std::move(target);
    made->sender = op.handle();
    if (of_unix) return send_locally(socket, made, addressed);
    if (choices_.loses()) return static_cast<std::int32_t>(op.length);
    bool const twice = choices_.duplicates();
    fly(socket, made);
    if (twice) fly(socket, made);
    return static_cast<std::int32_t>(op.length);
}

/// Nothing gets lost on the way to a Unix socket: where its queue is full the sender waits.
std::optional<std::int32_t> network::send_locally(simulated_socket& socket, std::shared_ptr<datagram const> const& sent,
                                                  bool addressed) noexcept {
    simulated_socket* const receiver = sent->to.name->bound;
    if (!receiver) return -ECONNREFUSED;
    if (receiver->kind != socket_kind::datagram) return -EPROTOTYPE;
    auto const& peer = receiver->datagrams.peer;
    if (peer && (!socket.local.name || peer->name != socket.local.name)) return -EPERM;
    if (receiver->datagrams.waiting.size() > datagram_queue::most_of_unix) {
        if (addressed) return -EAGAIN;
        return std::nullopt;
    }
    return put_in(*receiver, sent) ? static_cast<std::int32_t>(sent->bytes.size()) : -ENOMEM;
}

void network::fly(simulated_socket& from, std::shared_ptr<datagram const> const& sent) noexcept {
    auto const now = events_.now();
    auto arrives = now + choices_.latency();
    if (choices_.reorders()) {
        arrives += choices_.detour();
    } else {
        auto& last = from.datagrams.last_arrival;
        if (last > now && arrives <= last) arrives = last + clock::duration(1);
        last = std::max(last, arrives);
    }
    if (arrives == now || !events_.push_arrival(sent, arrives)) arrive(sent);
}

void network::arrive(std::shared_ptr<datagram const> const& sent) noexcept {
    if (simulated_socket* const receiver = sockets_.receiver_for(sent->from, sent->to)) {
        if (receiver->datagrams.weight + sent->weight() <= receiver->datagrams.room) put_in(*receiver, sent);
        return;
    }
    // Its machine says that nobody is there; Linux tells those alone who are connected.
    simulated_socket* const sender = sockets_.find(sent->sender);
    if (!sender || !sender->datagrams.peer) return;
    sender->datagrams.error = ECONNREFUSED;
    nudge(sender->receivers);
    nudge(sender->senders);
}

bool network::put_in(simulated_socket& receiver, std::shared_ptr<datagram const> const& sent) noexcept {
    try {
        receiver.datagrams.waiting.push_back(sent);
    } catch (std::bad_alloc const&) {
        return false;
    }
    receiver.datagrams.weight += sent->weight();
    nudge(receiver.receivers);
    return true;
}

std::optional<std::int32_t> network::attempt_receive_from(simulated_socket& socket,
                                                          receive_from_operation& op) noexcept {
    op.from = {};
    op.truncated = false;
    if (socket.kind != socket_kind::datagram) return attempt_receive(socket, op.buffer, op.length);
    datagram_queue& own = socket.datagrams;
    if (own.error != 0) return -std::exchange(own.error, 0);
    if (own.waiting.empty()) return std::nullopt;
    auto const taken = std::move(own.waiting.front());
    own.waiting.pop_front();
    own.weight -= taken->weight();
    std::size_t const bytes = std::min(op.length, taken->bytes.size());
    if (bytes != 0) std::memcpy(op.buffer, taken->bytes.data(), bytes);
    op.truncated = bytes < taken->bytes.size();
    bool const nameless = socket.family == address_family::unix_path && !taken->from.name;
    op.from = nameless ? socket_address() : write_address(socket.family, taken->from);
    nudge_senders_to(socket);
    return static_cast<std::int32_t>(bytes);
}

void network::nudge_senders_to(simulated_socket const& receiver) noexcept {
    if (!receiver.local.name) return;
    sockets_.each([&](simulated_socket& each) {
        if (each.datagrams.peer && each.datagrams.peer->name == receiver.local.name) nudge(each.senders);
    });
}

}  // namespace rota::inline v0::simulation
