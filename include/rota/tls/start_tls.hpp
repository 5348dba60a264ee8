#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/stream.hpp>
#include <rota/tls/errors.hpp>
#include <rota/tls/ssl_context.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace rota::inline v0 {

/// How one connection is to speak TLS.
///
/// asyncio: the arguments of `start_tls`, `open_connection` and `start_server`.
struct tls_options {
    tls_options() = default;
    explicit tls_options(std::string hostname) : server_hostname(std::move(hostname)) {}

    /// For clients: the server to ask for, and whose certificate it must be. `open_connection` takes its host where this is
    /// empty.
    std::string server_hostname{};
    /// How long the handshake may take. After it `ssl_error` with `ETIMEDOUT`.
    clock::duration ssl_handshake_timeout = std::chrono::seconds(60);
    /// How long a `close` may wait until what was written is out and the peer has said that it ends, too. After it the
    /// connection is cut off. Zero: it does not wait for the peer.
    clock::duration ssl_shutdown_timeout = std::chrono::seconds(30);
};

/// Goes over to TLS on `connection`, over whatever it is: as a client or as a server, as the context says. Afterwards the same
/// object reads and writes what is encrypted; `tls_info` tells about it. It must live until the await ends and is empty
/// meanwhile; nobody may be reading or writing. Where this fails the connection is closed, and stays empty.
///
/// Bytes that came before, and were not read, came in the clear: from whoever wrote them in between. They are an error.
///
/// What TLS changes in a `stream`: its end is the peer's close_notify; a connection that ends without throws
/// `ssl_eof_error`. `write_eof` says close_notify, and reading goes on; a peer that keeps to TLS 1.2 may close at that.
/// `close` says it, and waits for the peer's (`ssl_shutdown_timeout`); what comes meanwhile is thrown away. A write that is
/// cancelled has sent whole records of 16 KiB.
///
/// In simulation OpenSSL's random numbers stay its own: bytes differ from run to run. Their number does not, where keys make
/// signatures of one length (RSA and Ed25519 do, ECDSA does not). Certificates are valid by the wall clock.
///
/// Errors: `ssl_cert_verification_error`, `ssl_eof_error`, `ssl_error`; `system_error` of the connection; `usage_error` where
/// names are checked and none is given. With TLS 1.3 a client learns by its first read that the server did not like its
/// certificate.
/// Cancellation: closes the connection.
/// asyncio: `StreamWriter.start_tls`; which takes bytes that came in the clear for the server's.
[[nodiscard]] ROTA_API coro<> start_tls(stream& connection, ssl_context context, tls_options options = {});

}  // namespace rota::inline v0
