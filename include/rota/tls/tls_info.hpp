#pragma once

#include <rota/base/export.hpp>
#include <rota/io/stream.hpp>
#include <rota/tls/ssl_context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// A certificate, for people and for looking a peer up.
///
/// asyncio: the dictionary that `getpeercert` gives.
struct certificate_info {
    certificate_info() = default;

    /// Whose it is and who issued it, as in `CN=example.org,O=Example`.
    std::string subject{};
    std::string issuer{};
    /// What it is for: DNS names, IP addresses, and others as `email:...` and `URI:...`.
    std::vector<std::string> subject_alt_names{};
    /// Its serial number and the SHA-256 of all of it, in hexadecimal.
    std::string serial_number{};
    std::string fingerprint{};
    /// When it begins and ends to be valid, as in `Nov 26 06:00:00 2026 GMT`.
    std::string not_before{};
    std::string not_after{};
};

/// What a handshake has agreed on.
///
/// asyncio: `get_extra_info` of `cipher`, `peercert` and `ssl_object`.
struct tls_information {
    tls_information() = default;

    tls_version version = tls_version::tls_1_3;
    /// The cipher, as in `TLS_AES_256_GCM_SHA384`.
    std::string cipher{};
    /// The application protocol; empty where none was agreed on.
    std::string alpn_protocol{};
    /// The name that the client asked for; empty where it asked for none.
    std::string server_name{};
    /// Whether a session from before was resumed.
    bool session_reused = false;
    /// The peer's certificate, where it has shown one; of a session resumed, the one from before.
    std::optional<certificate_info> peer_certificate{};
};

/// What was agreed on; nothing where the stream does not speak TLS. Throws `usage_error` where it is empty or belongs to
/// another loop.
///
/// asyncio: `StreamWriter.get_extra_info`.
ROTA_API std::optional<tls_information> tls_info(stream const& of);

}  // namespace rota::inline v0
