// The simulated engine's network: TCP over loopback, in memory, with the answers Linux gives.
#pragma once

#include "simulated_connection.hpp"
#include "simulated_decisions.hpp"
#include "simulated_events.hpp"
#include "simulated_sockets.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace rota::inline v0::simulation {

/// What happens on the sockets: the operations, and the bytes on their way.
class network {
public:
    network(decisions& choices, event_queue& events, socket_table& sockets) noexcept
        : choices_(choices), events_(events), sockets_(sockets) {}

    void close(io_handle handle) noexcept;

    /// True: finished at once. Its place in the heap is the caller's to give back.
    bool submit(operation& op) noexcept;
    /// Unless it has happened already, makes the operation end with `-ECANCELED`.
    void cancel(operation& op) noexcept;
    /// Tries an operation that is due: its result, or nothing where it has to wait on.
    std::optional<std::int32_t> attempt(operation& op) noexcept;
    /// Its result is about to be delivered: the next in line is served, the last one of a closing socket closes it.
    void leave(operation& op) noexcept;
    void arrive(std::shared_ptr<connection> const& at, std::uint8_t end) noexcept;
    void arrive(std::shared_ptr<datagram const> const& sent) noexcept;

private:
    using socket_state = simulated_socket::state;

    operation_list* list_of(simulated_socket& socket, operation const& op) noexcept;

    std::int32_t attempt_accept(simulated_socket& listener, accept_operation& op) noexcept;
    std::optional<std::int32_t> attempt_connect(simulated_socket& socket, connect_operation& op) noexcept;
    std::optional<std::int32_t> attempt_receive(simulated_socket& socket, void* buffer, std::size_t length) noexcept;
    std::optional<std::int32_t> attempt_send(simulated_socket& socket, void const* data, std::size_t length) noexcept;
    std::int32_t attempt_shutdown(simulated_socket& socket, shutdown_operation const& op) noexcept;

    // simulated_datagram.cpp
    std::int32_t connect_datagrams(simulated_socket& socket, socket_address const& to) noexcept;
    std::optional<std::int32_t> attempt_receive_from(simulated_socket& socket, receive_from_operation& op) noexcept;
    std::optional<std::int32_t> attempt_send_to(simulated_socket& socket, send_to_operation& op) noexcept;
    std::optional<std::int32_t> send_locally(simulated_socket& socket, std::shared_ptr<datagram const> const& sent,
                                             bool addressed) noexcept;
    void fly(simulated_socket& from, std::shared_ptr<datagram const> const& sent) noexcept;
    bool put_in(simulated_socket& receiver, std::shared_ptr<datagram const> const& sent) noexcept;
    void nudge_senders_to(simulated_socket const& receiver) noexcept;

    void stop_listening(simulated_socket& listener) noexcept;

    void dispatch(std::shared_ptr<connection> const& over, std::uint8_t to, segment leaving) noexcept;
    void land(std::shared_ptr<connection> const& at, std::uint8_t end, segment const& arrived) noexcept;

    void nudge(operation_list& waiting) noexcept;
    void wake(operation& op) noexcept;
    void withdraw(operation& op) noexcept;
    void serve_next(simulated_socket& socket, operation& op) noexcept;
    void begin_close(simulated_socket& socket) noexcept;
    void finish_close(simulated_socket& socket) noexcept;

    decisions& choices_;
    event_queue& events_;
    socket_table& sockets_;
};

}  // namespace rota::inline v0::simulation
