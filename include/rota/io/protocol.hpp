#pragma once

#include <rota/base/export.hpp>

#include <cstddef>
#include <exception>
#include <span>
#include <string_view>

namespace rota::inline v0 {

class protocol_transport;

/// What all protocols have: what a `protocol_transport` calls when its connection begins and ends, and when what was written
/// piles up. Each call comes in a turn of the loop, in the context in which the transport was made, one at a time.
///
/// For code that is ported from callbacks; new code is simpler with a `stream`.
///
/// asyncio: `BaseProtocol`.
class ROTA_API base_protocol {
public:
    base_protocol() = default;
    base_protocol(base_protocol const&) = delete;
    base_protocol& operator=(base_protocol const&) = delete;
    virtual ~base_protocol();

    /// Called first, once. Keep `transport` to write; it is a handle, and safe to use after the end, too.
    ///
    /// asyncio: `connection_made`.
    virtual void connection_made(protocol_transport const& transport);
    /// Called last, once. `error` is null where the end was asked for, or came with the peer's end.
    ///
    /// asyncio: `connection_lost`.
    virtual void connection_lost(std::exception_ptr error);
    /// More than the upper limit is written and not sent; from inside the `write`. Not called again before `resume_writing`.
    ///
    /// asyncio: `pause_writing`.
    virtual void pause_writing();
    /// No more than the lower limit is left. Not called once the connection is aborted.
    ///
    /// asyncio: `resume_writing`.
    virtual void resume_writing();
};

/// Callbacks of a connection that carries bytes.
///
/// Errors: an exception from `data_received` or `eof_received` reaches the loop's exception handler, and aborts the
/// connection; one from another callback reaches the handler alone.
/// asyncio: `Protocol`.
class ROTA_API protocol : public base_protocol {
public:
    /// Some bytes, which are gone after the call.
    ///
    /// asyncio: `data_received`.
    virtual void data_received(std::string_view data);
    /// The peer writes no more. Whether the transport stays open, for writing; else it closes.
    ///
    /// asyncio: `eof_received`.
    virtual bool eof_received();
};

/// The same where the bytes are put into memory of the protocol's.
///
/// Errors: as of `protocol`; an empty buffer is a `usage_error`.
/// asyncio: `BufferedProtocol`. There the kernel writes into the buffer; here it is asked for when the bytes are there, and they
/// are copied: a buffer that a completion-based engine may still write to could not be taken back.
class ROTA_API buffered_protocol : public base_protocol {
public:
    /// Where to put the next bytes, of which there are `size_hint`; fewer are well.
    ///
    /// asyncio: `get_buffer`.
    virtual std::span<char> get_buffer(std::size_t size_hint) = 0;
    /// So many have been put there.
    ///
    /// asyncio: `buffer_updated`.
    virtual void buffer_updated(std::size_t size) = 0;
    /// As of `protocol`.
    ///
    /// asyncio: `eof_received`.
    virtual bool eof_received();
};

}  // namespace rota::inline v0
