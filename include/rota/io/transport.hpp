#pragma once

#include <rota/base/export.hpp>
#include <rota/engine/io_handle.hpp>
#include <rota/engine/operation.hpp>
#include <rota/engine/socket_address.hpp>

#include <exception>
#include <string>

namespace rota::inline v0 {

/// What moves a stream's bytes: a socket, a TLS session over another transport, a pipe in memory. Its calls take
/// operations, as an engine's do, and never are coroutines: nothing is allocated, and a stream can have its transport
/// exchanged in place.
///
/// Each `start_...` either finishes the operation at once (true: its result is set and nobody is called) or keeps it and
/// calls `operation::finish` later, exactly once, on the loop's thread. Results are those of the engine: a count or 0, or a
/// negative errno. One read and one write or shutdown are pending at a time.
///
/// asyncio: `Transport` without its protocol.
class ROTA_API transport {
public:
    transport() = default;
    transport(transport const&) = delete;
    transport& operator=(transport const&) = delete;
    virtual ~transport();

    /// What the operations given to it are to be made for; empty where it has no handle of the engine's.
    virtual io_handle handle() const noexcept { return {}; }

    /// Receives at least one byte; 0 is the end. The bytes go where `receive_operation::buffer` says, which an operation that
    /// borrows its buffer is asked for once there are some: where it gives null the operation ends with `-ENOMEM`, and who has
    /// asked in vain, since nothing came, calls `give_back`.
    ///
    /// asyncio: `resume_reading`; a transport there reads by itself, and pushes what came.
    virtual bool start_read(receive_operation& op) noexcept = 0;
    /// Sends at least one byte.
    ///
    /// asyncio: `write`, which keeps what does not go at once.
    virtual bool start_write(send_operation& op) noexcept = 0;
    /// Ends the sending side, behind what was written.
    ///
    /// asyncio: `write_eof`.
    virtual bool start_shutdown(shutdown_operation& op) noexcept = 0;
    /// Closes: what is pending ends with `-ECANCELED`, then the operation finishes.
    ///
    /// asyncio: `abort`, and its `connection_lost`.
    virtual bool start_close(close_operation& op) noexcept = 0;
    /// The same without anyone waiting for it. Both are called once at most, and nothing is started after them.
    virtual void close() noexcept = 0;

    /// Asks a pending operation to end. It ends with `-ECANCELED` where nothing was moved, else with its own result.
    virtual void cancel(operation& op) noexcept = 0;

    /// The two ends; of family `unspecified` where there are none.
    virtual socket_address local_address() const { return {}; }
    virtual socket_address peer_address() const { return {}; }
    /// The peer as error texts call it.
    virtual std::string peer_name() const = 0;

    /// What a stream is to throw where an operation gave `-error`, for transports that know more of it than its number: as
    /// `operation` and `object` say, in `system_error`'s sense. A `system_error` by default.
    virtual std::exception_ptr describe(int error, char const* operation, std::string object) const;
};

}  // namespace rota::inline v0
