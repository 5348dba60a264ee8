// The open sockets of the simulated network: their slots, names, ports and listeners.
#pragma once

#include "handle_table.hpp"
#include "simulated_address.hpp"
#include "simulated_connection.hpp"
#include "simulated_datagram.hpp"
#include "simulated_decisions.hpp"
#include "simulated_names.hpp"

#include <rota/base/intrusive_list.hpp>
#include <rota/engine/engine.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace rota::inline v0::simulation {

using operation_list = detail::intrusive_list<operation>;

/// One open socket. Its operations stay in its lists from `submit` until they complete or are cancelled; the first of each
/// list alone is served, so more of one kind are served, and complete, in their order.
struct simulated_socket {
    enum class state : std::uint8_t { fresh, listening, connecting, connected, broken };

    address_family family = address_family::ipv4;
    socket_kind kind = socket_kind::stream;
    state at = state::fresh;
    bool reuse_address = false;
    bool reuse_port = false;
    bool ipv6_only = false;
    bool bound = false;
    bool closing = false;
    bool receive_shut = false;
    bool send_shut = false;
    std::uint8_t side = 0;
    std::uint32_t slot = 0;
    /// Operations that have not completed, its close apart.
    std::size_t uses = 0;

    endpoint local{};
    std::shared_ptr<connection> link{};
    connect_operation* connecting = nullptr;
    close_operation* closer = nullptr;
    operation_list receivers{};
    operation_list senders{};
    operation_list shutdowns{};

    /// Of one for datagrams.
    datagram_queue datagrams{};

    // Of a listener.
    operation_list acceptors{};
    /// Connects that found the backlog full.
    operation_list knocking{};
    std::vector<std::shared_ptr<connection>> backlog{};
    std::size_t backlog_limit = 0;

    pipe& incoming() const noexcept { return link->ends[side].incoming; }
    pipe& outgoing() const noexcept { return link->ends[other()].incoming; }
    std::uint8_t other() const noexcept { return static_cast<std::uint8_t>(1 - side); }
    /// Both sides have ended, or one was reset: for Linux no longer connected.
    bool over() const noexcept { return incoming().was_reset || (send_shut && incoming().ended); }
};

/// Local ports that connects and binds to port 0 take, in order, each once until it is free again.
class ephemeral_ports {
public:
    /// 0 where all are taken.
    std::uint16_t take() noexcept;
    void hold(std::uint16_t port) noexcept {
        if (ours(port)) ++users_[port - first];
    }
    void release(std::uint16_t port) noexcept {
        if (ours(port)) --users_[port - first];
    }

private:
    // Linux's own default range.
    static constexpr std::uint16_t first = 32'768;
    static constexpr std::uint16_t last = 60'999;
    static bool ours(std::uint16_t port) noexcept { return port >= first && port <= last; }

    std::array<std::uint32_t, last - first + 1> users_{};
    std::size_t next_ = 0;
};

/// All that needs no waiting: the calls of the contract that answer at once, and who listens where.
class socket_table {
public:
    explicit socket_table(decisions& choices) noexcept : choices_(choices) {}

    std::int32_t open_socket(address_family family, io_handle& opened, socket_kind kind) noexcept;
    std::int32_t set_option(io_handle handle, socket_option option, int value) noexcept;
    std::int32_t bind(io_handle handle, socket_address const& address) noexcept;
    std::int32_t listen(io_handle handle, int backlog) noexcept;
    std::int32_t local_address(io_handle handle, socket_address& address) noexcept;
    std::int32_t peer_address(io_handle handle, socket_address& address) noexcept;

    std::int32_t find_socket_file(socket_address const& at, std::uint64_t& which) noexcept {
        return names_.find_file(at, which);
    }
    std::int32_t remove_socket_file(socket_address const& at) noexcept { return names_.remove_file(at); }

    /// Null where the handle is stale.
    simulated_socket* find(io_handle handle) noexcept;
    /// The socket of a pending operation, its handle stale or not: the slot is not reused before it has completed.
    simulated_socket& of(operation const& op) noexcept { return *slots_[op.handle().slot].socket; }

    /// Throws `std::bad_alloc`.
    simulated_socket& make(address_family family, io_handle& opened);
    void make_stale(simulated_socket const& socket) noexcept { ++slots_[socket.slot].generation; }
    /// Frees socket, port and slot.
    void release(simulated_socket& socket) noexcept;

    void set_port(simulated_socket& socket, endpoint const& local) noexcept;
    /// Reads where a connect goes and gives the socket the address it goes from.
    std::int32_t route(simulated_socket& socket, socket_address const& to, endpoint& target) noexcept;
    /// Null where nobody listens.
    simulated_socket* listener_for(endpoint const& target) noexcept;
    void remove_listener(simulated_socket& listener) noexcept;

    /// Reads where a datagram goes, and gives the socket a port where it has none.
    std::int32_t route_datagram(simulated_socket& socket, socket_address const& to, endpoint& target) noexcept;
    /// Who gets a datagram for `target`; null where nobody does.
    simulated_socket* receiver_for(endpoint const& from, endpoint const& target) noexcept;
    /// Calls `visit(socket)` for each open socket.
    template <class F>
    void each(F&& visit) noexcept {
        for (slot& place : slots_)
            if (place.socket) visit(*place.socket);
    }

private:
    using socket_state = simulated_socket::state;
    struct slot {
        std::unique_ptr<simulated_socket> socket;
        std::uint32_t generation = 0;
    };

    bool in_use(simulated_socket const& asking, endpoint const& wanted, bool listeners_only) const noexcept;

    decisions& choices_;
    std::uint32_t first_generation_ = detail::first_generation();
    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::vector<simulated_socket*> listeners_;
    ephemeral_ports ports_;
    unix_names names_;
};

}  // namespace rota::inline v0::simulation
