#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/node_ref.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/io/protocol_transport.hpp>
#include <rota/net/datagram_socket.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

namespace detail {

class datagram_state;

}  // namespace detail

class datagram_transport;

/// What a `datagram_transport` calls. Each call comes in a turn of the loop, in the context in which the transport was made,
/// one at a time.
///
/// For code that is ported from callbacks; new code is simpler with a `datagram_socket`.
///
/// Errors: an exception from any of them reaches the loop's exception handler, and the transport stays open.
/// asyncio: `DatagramProtocol`.
class ROTA_API datagram_protocol {
public:
    datagram_protocol() = default;
    datagram_protocol(datagram_protocol const&) = delete;
    datagram_protocol& operator=(datagram_protocol const&) = delete;
    virtual ~datagram_protocol();

    /// Called first, once. Keep `transport` to send; it is a handle, and safe to use after the end, too.
    ///
    /// asyncio: `connection_made`.
    virtual void connection_made(datagram_transport const& transport);
    /// Called last, once. `error` is null where the end was asked for.
    ///
    /// asyncio: `connection_lost`.
    virtual void connection_lost(std::exception_ptr error);
    /// A message, whose bytes are gone after the call; of no bytes, too.
    ///
    /// asyncio: `datagram_received`.
    virtual void datagram_received(std::string_view data, socket_address const& from);
    /// One was not sent, or one that was sent found nobody (ECONNREFUSED, where the socket is connected), or one was longer
    /// than 256 KiB and is lost (EMSGSIZE). The transport stays open.
    ///
    /// asyncio: `error_received`; there the longer one comes cut, and nothing tells.
    virtual void error_received(std::exception_ptr error);
    /// More than the upper limit waits to be sent; from inside the `sendto`. Not called again before `resume_writing`.
    ///
    /// asyncio: `pause_writing`.
    virtual void pause_writing();
    /// No more than the lower limit is left. Not called once it is aborted.
    ///
    /// asyncio: `resume_writing`.
    virtual void resume_writing();
};

/// A socket for messages that calls its protocol back. A handle: copyable, empty by default. The socket is open until it is
/// closed, whoever has a handle; after that every call does nothing, or tells what was. It belongs to its loop's thread, and
/// when the loop ends it is closed without a call.
///
/// What is sent goes out in the next turn, each message whole, so that callbacks come in the same order on each engine.
///
/// Errors: every call of an empty one is a `usage_error`.
/// asyncio: `DatagramTransport`. There a `sendto` tries to send at once.
class ROTA_API datagram_transport {
public:
    datagram_transport() = default;

    explicit operator bool() const noexcept { return static_cast<bool>(state_); }
    friend bool operator==(datagram_transport const&, datagram_transport const&) noexcept = default;

    /// Sends `data`, of which a copy is kept, to the peer it is connected to; or to `to`. There is no limit to what waits:
    /// heed `pause_writing`. After `close` it is dropped.
    ///
    /// Errors: `usage_error` without an address where it is not connected, and with another one than its peer's where it is;
    /// `error_received` is told those of sending.
    /// asyncio: `sendto`.
    void sendto(std::string_view data) const;
    void sendto(std::string_view data, socket_address const& to) const;

    /// Receives nothing more, sends what waits, and then calls `connection_lost(nullptr)`.
    ///
    /// asyncio: `close`.
    void close() const;
    /// The same without sending what waits.
    ///
    /// asyncio: `abort`.
    void abort() const;
    /// Whether it is closed, or about to be.
    ///
    /// asyncio: `is_closing`.
    bool is_closing() const;

    /// When the protocol's `pause_writing` and `resume_writing` are called; counted are the messages' bytes.
    ///
    /// Errors: `usage_error` where `low` is above `high`.
    /// asyncio: `set_write_buffer_limits(high, low)`.
    void set_write_buffer_limits(write_buffer_limits limits) const;
    /// asyncio: `get_write_buffer_limits`.
    write_buffer_limits get_write_buffer_limits() const;
    /// How many bytes wait that the kernel does not have yet.
    ///
    /// asyncio: `get_write_buffer_size`.
    std::size_t get_write_buffer_size() const;

    /// Who is called from now on.
    ///
    /// Errors: `usage_error` for null.
    /// asyncio: `set_protocol`.
    void set_protocol(std::shared_ptr<datagram_protocol> next) const;
    /// Null after `connection_lost`.
    ///
    /// asyncio: `get_protocol`.
    std::shared_ptr<datagram_protocol> get_protocol() const;

    /// Where it is, and whom it is connected to; of family `unspecified` where there is none.
    ///
    /// asyncio: `get_extra_info("sockname")`, `get_extra_info("peername")`.
    socket_address local_address() const;
    socket_address peer_address() const;

    /// For Rota itself.
    explicit datagram_transport(detail::node_ref<detail::datagram_state> of) noexcept : state_(std::move(of)) {}
    detail::datagram_state& state() const;

private:
    detail::node_ref<detail::datagram_state> state_;
};

/// A transport and who it calls.
///
/// asyncio: the pair that `create_datagram_endpoint` gives.
template <class Protocol>
struct datagram_endpoint {
    datagram_transport transport;
    std::shared_ptr<Protocol> protocol;
};

/// Hands a socket to a protocol: `connection_made` is called in the next turn, and then what comes. Nobody may be receiving
/// from it.
///
/// Errors: `usage_error` where the socket is empty, or the protocol null.
/// asyncio: `create_datagram_endpoint(sock=...)`.
ROTA_API datagram_transport attach_protocol(datagram_socket endpoint, std::shared_ptr<datagram_protocol> calls);

namespace detail {

/// Attaches, and comes back when `connection_made` has been called.
ROTA_API coro<datagram_transport> begin_protocol(datagram_socket endpoint, std::shared_ptr<datagram_protocol> calls);

template <class Factory>
coro<datagram_endpoint<made_protocol<Factory>>> open_with_protocol(Factory factory, coro<datagram_socket> opening) {
    datagram_socket opened = co_await std::move(opening);
    auto made = std::shared_ptr<made_protocol<Factory>>(std::invoke(factory));
    datagram_transport transport = co_await begin_protocol(std::move(opened), made);
    datagram_endpoint<made_protocol<Factory>> both{std::move(transport), std::move(made)};
    co_return both;
}

}  // namespace detail

/// Opens a socket for messages, and has `factory()`'s protocol called. The factory gives a `std::shared_ptr` or
/// `std::unique_ptr` of it; where it is and whom it speaks to is what `create_datagram_endpoint` takes without a factory.
///
///     auto made = co_await rota::create_datagram_endpoint([] { return std::make_shared<echo>(); }, local);
///
/// Errors: those without a factory; the factory's.
/// Cancellation: nothing stays open.
/// asyncio: `create_datagram_endpoint`.
template <std::invocable Factory, class... Where>
[[nodiscard]] auto create_datagram_endpoint(Factory factory, Where&&... where) {
    return detail::open_with_protocol(std::move(factory), create_datagram_endpoint(std::forward<Where>(where)...));
}

}  // namespace rota::inline v0
