#include "simulated_network.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace rota::inline v0::simulation {
namespace {

/// Every engine answers those at once, whatever state the socket is in.
bool asks_for_nothing(operation const& op) noexcept {
    return (op.code() == opcode::receive && static_cast<receive_operation const&>(op).length() == 0) ||
           (op.code() == opcode::send && static_cast<send_operation const&>(op).length == 0);
}

}  // namespace

operation_list* network::list_of(simulated_socket& socket, operation const& op) noexcept {
    switch (op.code()) {
        case opcode::accept: return &socket.acceptors;
        case opcode::receive:
        case opcode::receive_from: return &socket.receivers;
        case opcode::send:
        case opcode::send_to: return &socket.senders;
        case opcode::shutdown: return &socket.shutdowns;
        default: return nullptr;
    }
}

bool network::submit(operation& op) noexcept {
    simulated_socket* socket = sockets_.find(op.handle());
    if (!socket) {
        op.finish_at_once(-EBADF);
        return true;
    }
    if (op.code() == opcode::close) {
        set_stage(op, stage::parked);
        socket->closer = static_cast<close_operation*>(&op);
        begin_close(*socket);
        return false;
    }
    if (op.code() == opcode::poll) {
        op.finish_at_once(-ENOSYS);
        return true;
    }
    if (asks_for_nothing(op)) {
        op.finish_at_once(0);
        return true;
    }
    if (op.code() == opcode::connect && socket->kind == socket_kind::datagram) {
        op.finish_at_once(connect_datagrams(*socket, static_cast<connect_operation const&>(op).to));
        return true;
    }
    ++socket->uses;
    set_stage(op, stage::scheduled);
    clock::duration delay{};
    if (operation_list* waiting = list_of(*socket, op)) {
        waiting->push_back(op);
        if (choices_.finishes_at_once()) {
            if (auto const result = attempt(op)) {
                leave(op);
                set_stage(op, stage::idle);
                op.finish_at_once(*result);
                return true;
            }
        }
        delay = choices_.reaction();
    } else {
        if (socket->at == socket_state::fresh) {
            socket->at = socket_state::connecting;
            socket->connecting = static_cast<connect_operation*>(&op);
        }
        delay = choices_.latency();
    }
    events_.push(op, delay);
    return false;
}

void network::cancel(operation& op) noexcept {
    if (op.code() == opcode::close) return;
    stage const at = stage_of(op);
    if (at == stage::scheduled || at == stage::parked) withdraw(op);
}

void network::withdraw(operation& op) noexcept {
    simulated_socket& socket = sockets_.of(op);
    bool const has_event = stage_of(op) == stage::scheduled;
    set_stage(op, stage::cancelled);
    if (has_event)
        events_.pull(op, choices_.reaction());
    else
        events_.push(op, choices_.reaction());
    if (socket.connecting == &op) socket.at = socket_state::broken;
    serve_next(socket, op);
}

void network::wake(operation& op) noexcept {
    set_stage(op, stage::scheduled);
    events_.push(op, choices_.reaction());
}

void network::nudge(operation_list& waiting) noexcept {
    operation* first = waiting.front();
    if (first && stage_of(*first) == stage::parked) wake(*first);
}

void network::serve_next(simulated_socket& socket, operation& op) noexcept {
    if (op.linked()) op.unlink();
    if (operation_list* waiting = list_of(socket, op)) {
        nudge(*waiting);
    } else if (socket.connecting == &op) {
        socket.connecting = nullptr;
        nudge(socket.receivers);
        nudge(socket.senders);
    }
}

void network::leave(operation& op) noexcept {
    if (op.code() == opcode::close) return;
    simulated_socket& socket = sockets_.of(op);
    serve_next(socket, op);
    if (--socket.uses == 0 && socket.closing) finish_close(socket);
}

std::optional<std::int32_t> network::attempt(operation& op) noexcept {
    simulated_socket& socket = sockets_.of(op);
    operation_list* waiting = list_of(socket, op);
    if (waiting && waiting->front() != &op) return std::nullopt;
    switch (op.code()) {
        case opcode::accept:
            if (socket.at == socket_state::listening && socket.backlog.empty()) return std::nullopt;
            return attempt_accept(socket, static_cast<accept_operation&>(op));
        case opcode::connect: {
            auto& connect = static_cast<connect_operation&>(op);
            auto const result = attempt_connect(socket, connect);
            if (result && *result < 0 && socket.connecting == &connect) socket.at = socket_state::broken;
            return result;
        }
        case opcode::receive: {
            auto& receive = static_cast<receive_operation&>(op);
            bool const has_bytes = socket.at == socket_state::connected && socket.incoming().readable() != 0;
            void* const into = has_bytes ? receive.buffer() : nullptr;
            if (has_bytes && into == nullptr) return -ENOMEM;
            return attempt_receive(socket, into, receive.length());
        }
        case opcode::send: {
            auto& send = static_cast<send_operation&>(op);
            return attempt_send(socket, send.data, send.length);
        }
        case opcode::receive_from: return attempt_receive_from(socket, static_cast<receive_from_operation&>(op));
        case opcode::send_to: return attempt_send_to(socket, static_cast<send_to_operation&>(op));
        case opcode::shutdown: return attempt_shutdown(socket, static_cast<shutdown_operation const&>(op));
        default: break;
    }
    return -EINVAL;
}

std::int32_t network::attempt_accept(simulated_socket& listener, accept_operation& op) noexcept {
    if (listener.at != socket_state::listening) return -EINVAL;
    simulated_socket* made = nullptr;
    try {
        made = &sockets_.make(listener.family, op.accepted);
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    made->link = std::move(listener.backlog.front());
    listener.backlog.erase(listener.backlog.begin());
    made->at = socket_state::connected;
    made->side = 1;
    made->reuse_address = listener.reuse_address;
    made->reuse_port = listener.reuse_port;
    made->ipv6_only = listener.ipv6_only;
    made->link->ends[1].owner = made;
    sockets_.set_port(*made, made->link->ends[1].address);
    op.peer = write_address(made->family, made->link->ends[0].address);
    if (operation* knocker = listener.knocking.pop_front()) wake(*knocker);
    return 0;
}

std::optional<std::int32_t> network::attempt_connect(simulated_socket& socket, connect_operation& op) noexcept {
    if (socket.connecting != &op) {
        switch (socket.at) {
            case socket_state::connecting: return -EALREADY;
            case socket_state::broken: return -ECONNABORTED;
            case socket_state::fresh:
            case socket_state::listening:
            case socket_state::connected: break;
        }
        return -EISCONN;
    }
    endpoint target;
    if (std::int32_t const wrong = sockets_.route(socket, op.to, target); wrong < 0) return wrong;
    simulated_socket* listener = sockets_.listener_for(target);
    if (!listener) return -ECONNREFUSED;
    if (listener->backlog.size() >= listener->backlog_limit) {
        listener->knocking.push_back(op);
        return std::nullopt;
    }
    try {
        auto made = std::make_shared<connection>();
        for (connection::side& end : made->ends) end.incoming.allocate();
        socket.link = std::move(made);
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    socket.link->ends[0].address = socket.local;
    socket.link->ends[0].owner = &socket;
    socket.link->ends[1].address = target;
    socket.at = socket_state::connected;
    listener->backlog.push_back(socket.link);
    nudge(listener->acceptors);
    return 0;
}

std::optional<std::int32_t> network::attempt_receive(simulated_socket& socket, void* buffer,
                                                     std::size_t length) noexcept {
    if (socket.at == socket_state::connecting) return std::nullopt;
    if (socket.at != socket_state::connected) return -ENOTCONN;
    pipe& in = socket.incoming();
    if (in.readable() != 0) {
        std::size_t const bytes = choices_.segment(std::min(length, in.readable()));
        in.take(buffer, bytes);
        if (simulated_socket* writer = socket.link->ends[socket.other()].owner) nudge(writer->senders);
        return static_cast<std::int32_t>(bytes);
    }
    if (in.ended) return 0;
    if (in.error != 0) return -std::exchange(in.error, 0);
    if (in.was_reset || socket.receive_shut) return 0;
    return std::nullopt;
}

std::optional<std::int32_t> network::attempt_send(simulated_socket& socket, void const* data,
                                                  std::size_t length) noexcept {
    if (socket.at == socket_state::connecting) return std::nullopt;
    if (socket.at != socket_state::connected) return -EPIPE;
    pipe& in = socket.incoming();
    if (in.error != 0) return -std::exchange(in.error, 0);
    if (in.was_reset || socket.send_shut) return -EPIPE;
    pipe& out = socket.outgoing();
    if (out.space() == 0) return std::nullopt;
    std::size_t const bytes = choices_.segment(std::min(length, out.space()));
    out.put(data, bytes);
    dispatch(socket.link, socket.other(), segment{{}, bytes, false, false});
    return static_cast<std::int32_t>(bytes);
}

std::int32_t network::attempt_shutdown(simulated_socket& socket, shutdown_operation const& op) noexcept {
    using side = shutdown_operation::side;
    if (socket.at == socket_state::listening) {
        if (op.which != side::send) stop_listening(socket);
        return 0;
    }
    if (socket.at != socket_state::connected || socket.over()) return -ENOTCONN;
    if (op.which != side::send && !socket.receive_shut) {
        socket.receive_shut = true;
        nudge(socket.receivers);
    }
    if (op.which != side::receive && !socket.send_shut) {
        socket.send_shut = true;
        nudge(socket.senders);
        dispatch(socket.link, socket.other(), segment{{}, 0, true, false});
    }
    return 0;
}

void network::stop_listening(simulated_socket& listener) noexcept {
    listener.at = socket_state::fresh;
    sockets_.remove_listener(listener);
    while (operation* knocker = listener.knocking.pop_front()) wake(*knocker);
    for (auto const& link : listener.backlog) {
        link->ends[1].closed = true;
        dispatch(link, 0, segment{{}, 0, false, true});
    }
    listener.backlog.clear();
    nudge(listener.acceptors);
}

void network::dispatch(std::shared_ptr<connection> const& over, std::uint8_t to, segment leaving) noexcept {
    pipe& way = over->ends[to].incoming;
    clock::duration const latency = choices_.latency();
    leaving.arrives = events_.now() + latency;
    // Where memory for the flight is short there is no flight.
    if (!way.in_flight() && (latency == latency.zero() || !events_.push_arrival(over, to, leaving.arrives)))
        land(over, to, leaving);
    else
        way.depart(leaving);
}

void network::arrive(std::shared_ptr<connection> const& at, std::uint8_t end) noexcept {
    pipe& way = at->ends[end].incoming;
    while (way.in_flight() &&
           (way.first().arrives <= events_.now() || !events_.push_arrival(at, end, way.first().arrives)))
        land(at, end, way.pop());
}

void network::land(std::shared_ptr<connection> const& at, std::uint8_t end, segment const& arrived) noexcept {
    connection::side& here = at->ends[end];
    pipe& in = here.incoming;
    if (in.was_reset) return;
    in.land(arrived.bytes);
    if (here.closed && arrived.bytes != 0) {
        in.take(nullptr, arrived.bytes);
        dispatch(at, static_cast<std::uint8_t>(1 - end), segment{{}, 0, false, true});
    }
    if (arrived.end) in.ended = true;
    if (arrived.reset) {
        in.was_reset = true;
        // A reset after the end says that nobody will read any more.
        in.error = in.ended ? EPIPE : ECONNRESET;
    }
    if (!here.owner) return;
    nudge(here.owner->receivers);
    if (arrived.reset) nudge(here.owner->senders);
}

void network::close(io_handle handle) noexcept {
    if (simulated_socket* socket = sockets_.find(handle)) begin_close(*socket);
}

void network::begin_close(simulated_socket& socket) noexcept {
    socket.closing = true;
    sockets_.make_stale(socket);
    for (auto* waiting : {&socket.receivers, &socket.senders, &socket.shutdowns, &socket.acceptors})
        for (operation* op = waiting->front(); op;) {
            operation* const next = waiting->after(*op);
            cancel(*op);
            op = next;
        }
    if (socket.at == socket_state::listening) stop_listening(socket);
    if (socket.connecting) cancel(*socket.connecting);
    if (socket.uses == 0) finish_close(socket);
}

void network::finish_close(simulated_socket& socket) noexcept {
    if (socket.at == socket_state::connected) {
        connection::side& here = socket.link->ends[socket.side];
        here.closed = true;
        here.owner = nullptr;
        // What nobody will read any more is told to the writer by a reset instead of an end.
        std::size_t const unread = here.incoming.readable();
        here.incoming.take(nullptr, unread);
        if (!socket.over() && unread != 0)
            dispatch(socket.link, socket.other(), segment{{}, 0, false, true});
        else if (!socket.over() && !socket.send_shut)
            dispatch(socket.link, socket.other(), segment{{}, 0, true, false});
    }
    if (socket.kind == socket_kind::datagram) nudge_senders_to(socket);
    if (socket.closer) {
        socket.closer->finish_at_once(0);
        set_stage(*socket.closer, stage::decided);
        events_.push(*socket.closer, choices_.reaction());
    }
    sockets_.release(socket);
}

}  // namespace rota::inline v0::simulation
