#pragma once

#include <rota/base/export.hpp>
#include <rota/detail/node_ref.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/io/protocol.hpp>
#include <rota/io/stream.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

namespace detail {

class protocol_state;

/// The protocol that a factory makes: `std::make_shared<P>()` of a function that gives one.
template <class Factory>
using made_protocol = typename std::invoke_result_t<Factory&>::element_type;

}  // namespace detail

/// The lower and the upper limit of what may be written and not sent, in bytes.
///
/// asyncio: what `get_write_buffer_limits` gives.
struct write_buffer_limits {
    std::size_t low = std::size_t{16} * 1024;
    std::size_t high = std::size_t{64} * 1024;
};

/// A connection that calls its protocol back. A handle: copyable, empty by default. The connection lives until its end, whoever
/// has a handle; after that every call does nothing, or tells what was. It belongs to its loop's thread, and when the loop
/// ends it is closed without a call.
///
/// What is written goes out in the next turn, in as few sends as it takes, so that callbacks come in the same order on each
/// engine. Over TCP, Unix sockets, TLS, pipes and memory alike: it takes over a `stream`.
///
/// Errors: every call of an empty one is a `usage_error`.
/// asyncio: `Transport`. There a `write` tries to send at once, and counts only what is left.
class ROTA_API protocol_transport {
public:
    protocol_transport() = default;

    explicit operator bool() const noexcept { return static_cast<bool>(state_); }
    friend bool operator==(protocol_transport const&, protocol_transport const&) noexcept = default;

    /// Sends `data`, of which a copy is kept. After `close`, and when the connection is lost, it is dropped.
    ///
    /// Errors: `usage_error` after `write_eof`.
    /// asyncio: `write`.
    void write(std::string_view data) const;
    /// All of them, one after the other.
    ///
    /// asyncio: `writelines`.
    void writelines(std::span<std::string_view const> lines) const;
    void writelines(std::initializer_list<std::string_view> lines) const;
    /// Ends the sending side behind what was written. Receiving goes on.
    ///
    /// asyncio: `write_eof`.
    void write_eof() const;
    /// Always: where it means nothing, as over TLS, it closes that side by the protocol's own means.
    ///
    /// asyncio: `can_write_eof`, false over TLS.
    bool can_write_eof() const;

    /// Receives nothing more, sends what was written, and then calls `connection_lost(nullptr)`.
    ///
    /// asyncio: `close`.
    void close() const;
    /// The same without sending what was written.
    ///
    /// asyncio: `abort`.
    void abort() const;
    /// Whether it is closed, or about to be.
    ///
    /// asyncio: `is_closing`.
    bool is_closing() const;

    /// From here on no data comes until `resume_reading`. Nothing where it is so already.
    ///
    /// asyncio: `pause_reading`.
    void pause_reading() const;
    /// asyncio: `resume_reading`.
    void resume_reading() const;
    /// Neither closing nor paused.
    ///
    /// asyncio: `is_reading`.
    bool is_reading() const;

    /// When the protocol's `pause_writing` and `resume_writing` are called. At once where it is so far already.
    ///
    /// Errors: `usage_error` where `low` is above `high`.
    /// asyncio: `set_write_buffer_limits(high, low)`.
    void set_write_buffer_limits(write_buffer_limits limits) const;
    /// asyncio: `get_write_buffer_limits`.
    write_buffer_limits get_write_buffer_limits() const;
    /// How much is written that the kernel does not have yet.
    ///
    /// asyncio: `get_write_buffer_size`.
    std::size_t get_write_buffer_size() const;

    /// Who is called from now on: a `protocol` or a `buffered_protocol`.
    ///
    /// Errors: `usage_error` for one that is neither.
    /// asyncio: `set_protocol`.
    void set_protocol(std::shared_ptr<base_protocol> next) const;
    /// Null when the connection is lost.
    ///
    /// asyncio: `get_protocol`.
    std::shared_ptr<base_protocol> get_protocol() const;

    /// The two ends.
    ///
    /// asyncio: `get_extra_info("sockname")`, `get_extra_info("peername")`.
    socket_address local_address() const;
    socket_address peer_address() const;

    /// For Rota itself.
    explicit protocol_transport(detail::node_ref<detail::protocol_state> of) noexcept : state_(std::move(of)) {}
    detail::protocol_state& state() const;

private:
    detail::node_ref<detail::protocol_state> state_;
};

/// Hands a stream to a protocol: `connection_made` is called in the next turn, and then what comes. What the stream has in
/// its buffer comes first.
///
/// Errors: `usage_error` where the stream is empty, closed, or somebody reads or writes; where the protocol is neither a
/// `protocol` nor a `buffered_protocol`.
/// asyncio: has nothing like it; what `create_connection(sock=...)` is used for.
ROTA_API protocol_transport attach_protocol(stream connection, std::shared_ptr<base_protocol> calls);

}  // namespace rota::inline v0
