#pragma once

#include <rota/base/export.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rota::inline v0 {

/// Versions of TLS. What is older is not spoken.
///
/// asyncio: `ssl.TLSVersion`.
enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// Whether the peer must have a certificate, and one to be trusted; `optional`: where it has one, that is looked at.
///
/// asyncio: `ssl.VerifyMode`.
enum class ssl_verify_mode : std::uint8_t { none, optional, required };

/// Whom a context authenticates: servers (it is a client's), or clients (it is a server's).
///
/// asyncio: `ssl.Purpose`.
enum class ssl_purpose : std::uint8_t { server_auth, client_auth };

namespace detail {

struct ssl_context_state;

}  // namespace detail

/// What TLS connections have in common: certificates, whom to trust, which versions and protocols to speak. A handle: copies
/// are the same context, and connections keep it. Set it up before it is used, then any number of connections and threads
/// may share it. Make one and keep it: reading the system's roots takes tens of milliseconds.
///
/// A client's context keeps the sessions that servers offer, by server name and port, and resumes them; a server's gives
/// tickets out. What is set later forgets those kept.
///
/// Its calls read files, so they block. Errors: `ssl_error`, as in `load certificate server.pem: No such file or directory`.
/// asyncio: `ssl.SSLContext`.
class ROTA_API ssl_context {
public:
    // No moves: one that was moved from would be no context.
    ssl_context(ssl_context const&) = default;
    ssl_context& operator=(ssl_context const&) = default;
    ~ssl_context() = default;

    /// The own certificate, with those that lead to its issuer behind it, and its key, from PEM files; the key from the same
    /// one where `keyfile` is empty. `password` is for a key that is encrypted.
    ///
    /// asyncio: `load_cert_chain`.
    void load_cert_chain(std::string const& certfile, std::string const& keyfile = {},
                         std::string const& password = {});
    /// The same from PEM texts.
    ///
    /// asyncio: has nothing like it.
    void load_cert_chain_data(std::string_view certificates, std::string_view key, std::string const& password = {});

    /// Trusts the issuers in a PEM file, in a folder made by `openssl rehash`, or both.
    ///
    /// asyncio: `load_verify_locations`.
    void load_verify_locations(std::string const& cafile, std::string const& capath = {});
    /// The same from a PEM text.
    ///
    /// asyncio: `load_verify_locations(cadata=...)`.
    void load_verify_data(std::string_view certificates);
    /// Trusts those that the system trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` in the environment name others.
    ///
    /// asyncio: `load_default_certs`.
    void load_default_certs();

    /// Application protocols that are spoken, the best first. A client offers them; a server takes the first of its own that
    /// is offered, and goes on without one where none is. Throws `usage_error` for an empty name or one over 255 bytes.
    ///
    /// asyncio: `set_alpn_protocols`.
    void set_alpn_protocols(std::vector<std::string> const& protocols);

    /// Which versions are spoken; both.
    ///
    /// asyncio: `minimum_version`, `maximum_version`.
    void set_minimum_version(tls_version oldest);
    void set_maximum_version(tls_version newest);
    /// The ciphers of TLS 1.2, as in `openssl ciphers`.
    ///
    /// asyncio: `set_ciphers`.
    void set_ciphers(std::string const& list);

    /// Whether the peer's certificate is looked at. `none` also stops looking at its names: unlike in Python the order of the
    /// two calls does not matter.
    ///
    /// asyncio: `verify_mode`.
    void set_verify_mode(ssl_verify_mode mode);
    ssl_verify_mode verify_mode() const noexcept;
    /// Whether a client looks if the server's certificate is for the name it asked for.
    ///
    /// asyncio: `check_hostname`.
    void set_check_hostname(bool check);
    bool check_hostname() const noexcept;

    /// For servers: clients that ask for `name` (exactly so, or `*.example.org` for one label in front) get the certificate
    /// of `other`, and its application protocols. Who asks for another name, or none, gets this context's own. Throws
    /// `usage_error` for a client's context, and for one that has such names itself.
    ///
    /// asyncio: `sni_callback`, which chooses by a function.
    void add_server_name(std::string name, ssl_context const& other);

    /// Whom it authenticates.
    ssl_purpose purpose() const noexcept;

    /// For the library itself.
    explicit ssl_context(std::shared_ptr<detail::ssl_context_state> state) noexcept : state_(std::move(state)) {}
    std::shared_ptr<detail::ssl_context_state> const& state() const noexcept { return state_; }

private:
    std::shared_ptr<detail::ssl_context_state> state_;
};

/// A context with safe settings: TLS 1.2 and 1.3, no compression, no renegotiation. For a client (`server_auth`) it trusts the
/// system's roots, and demands a certificate that is for the name asked for: as a DNS name or IP address of its own; the
/// common name does not count. For a server (`client_auth`) it asks for no certificate: `load_cert_chain` is what it needs.
///
/// asyncio: `ssl.create_default_context`.
ROTA_API ssl_context create_default_ssl_context(ssl_purpose purpose = ssl_purpose::server_auth);
/// The same, which trusts the issuers in the PEM file `cafile` and none of the system's.
///
/// Errors: as of `load_verify_locations`.
/// asyncio: `ssl.create_default_context(purpose, cafile=...)`.
ROTA_API ssl_context create_default_ssl_context(ssl_purpose purpose, std::string const& cafile);

}  // namespace rota::inline v0
