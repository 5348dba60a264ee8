// A TLS session over a transport, driven by operations: what is asked of it, and what it asks of the transport below.
#pragma once

#include "tls_engine.hpp"

#include <rota/base/clock.hpp>
#include <rota/core/loop.hpp>
#include <rota/detail/timer_queue.hpp>
#include <rota/engine/operation.hpp>
#include <rota/io/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace rota::inline v0::detail {

/// Shared by its transport and by each operation that is under way below, which may outlive it.
///
/// Below, something is received only while somebody reads (or the connection is being closed); what is to be sent goes at
/// once, also where nobody waits for it: answers to the peer, and what a cancelled write had encrypted.
class tls_connection {
public:
    /// `port`: see tls_engine.
    tls_connection(std::shared_ptr<ssl_context_state> context, std::string server_hostname, std::uint16_t port,
                   clock::duration shutdown_timeout)
        : engine_(std::move(context), std::move(server_hostname), port), shutdown_timeout_(shutdown_timeout) {}
    tls_connection(tls_connection const&) = delete;
    tls_connection& operator=(tls_connection const&) = delete;

    tls_engine& engine() noexcept { return engine_; }
    tls_engine const& engine() const noexcept { return engine_; }
    transport& below() const noexcept { return *below_; }

    /// The handshake is done: from here on it has a transport. What of the handshake is still to go goes now.
    void begin(std::unique_ptr<transport> below, loop& on) noexcept;

    bool start_read(receive_operation& op) noexcept;
    bool start_write(operation& op) noexcept;  // a send or a shutdown
    bool start_close(close_operation& op) noexcept;
    void close() noexcept;
    void cancel(operation& op) noexcept;

    void add_reference() noexcept { ++references_; }
    void drop_reference() noexcept {
        if (--references_ == 0) delete this;
    }

private:
    enum class stage : std::uint8_t { open, closing, closed };

    /// An operation below, and whose it is.
    template <class Operation>
    struct inner_operation : Operation {
        template <class... Args>
        explicit inner_operation(tls_connection& of, Args&&... args)
            : Operation(std::forward<Args>(args)...), owner(&of) {}
        tls_connection* owner;
    };
    /// Room for one after the other.
    template <class Operation>
    class place {
    public:
        template <class... Args>
        Operation& emplace(Args&&... args) noexcept {
            static_assert(std::is_trivially_destructible_v<inner_operation<Operation>>);
            last_ = ::new (static_cast<void*>(room_)) inner_operation<Operation>(std::forward<Args>(args)...);
            return *last_;
        }
        Operation& operator*() const noexcept { return *last_; }

    private:
        alignas(inner_operation<Operation>) std::byte room_[sizeof(inner_operation<Operation>)];
        inner_operation<Operation>* last_ = nullptr;
    };
    /// Ends the wait for a peer that does not end.
    class patience final : public timer_node {
    public:
        explicit patience(tls_connection& of) noexcept : of_(&of) {}
        bool cancel(task_state&) noexcept override { return false; }
        void fire() noexcept override { of_->lose_patience(); }
        char const* waits_for() const noexcept override { return "stream.close"; }

    private:
        tls_connection* of_;
    };
    /// A reference for as long as it lives.
    class keeper {
    public:
        explicit keeper(tls_connection& of) noexcept : of_(of) { of_.add_reference(); }
        keeper(keeper const&) = delete;
        keeper& operator=(keeper const&) = delete;
        ~keeper() { of_.drop_reference(); }

    private:
        tls_connection& of_;
    };

    ~tls_connection() = default;

    /// The result, or nothing where it has to wait.
    std::optional<std::int32_t> try_read(receive_operation& op) noexcept;
    std::optional<std::int32_t> try_write(operation& op) noexcept;
    void go_on_reading() noexcept;
    bool let_others_go_first() noexcept;
    void go_on_writing() noexcept;

    /// False: it is under way.
    bool receive() noexcept;
    void take_received(std::int32_t result) noexcept;
    int tell_receive_error() noexcept;
    static void received(operation& op) noexcept;
    void flush() noexcept;
    /// False: it is under way.
    bool send_flight() noexcept;
    bool flushed() const noexcept { return !sending_ && engine_.out.empty(); }
    void take_sent(std::int32_t result) noexcept;
    static void sent(operation& op) noexcept;

    void go_on_closing() noexcept;
    void close_on() noexcept;
    bool say_goodbye() noexcept;
    bool hear_goodbye() noexcept;
    void close_below() noexcept;
    void end_close() noexcept;
    void lose_patience() noexcept;
    static void closed_below(operation& op) noexcept;

    tls_engine engine_;
    std::unique_ptr<transport> below_;
    loop* home_ = nullptr;
    clock::duration shutdown_timeout_;
    std::uint32_t references_ = 1;

    stage stage_ = stage::open;
    receive_operation* reader_ = nullptr;
    operation* writer_ = nullptr;
    close_operation* closer_ = nullptr;
    std::size_t encrypted_ = 0;  // of what is being written
    bool read_cancelled_ = false;

    bool receiving_ = false;
    bool sending_ = false;
    bool closing_below_ = false;
    bool going_on_ = false;  // in go_on_closing
    bool again_ = false;
    bool waits_for_its_turn_ = false;  // where much comes, and no text
    bool impatient_ = false;
    int receive_error_ = 0;
    int send_error_ = 0;
    std::size_t thrown_away_ = 0;  // of what came while it was being closed
    std::size_t next_receive_ = std::size_t{4} * 1024;
    byte_block flight_;  // what is being sent
    place<receive_operation> receive_;
    place<send_operation> send_;
    place<close_operation> close_;
    patience patience_{*this};
};

/// Gives its reference back.
struct tls_connection_release {
    void operator()(tls_connection* one) const noexcept { one->drop_reference(); }
};
using tls_connection_ref = std::unique_ptr<tls_connection, tls_connection_release>;

}  // namespace rota::inline v0::detail
