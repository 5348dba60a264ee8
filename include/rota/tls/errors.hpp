#pragma once

#include <rota/base/error.hpp>
#include <rota/base/export.hpp>

#include <string>

namespace rota::inline v0 {

/// TLS itself failed: the peer does not speak it, refuses, breaks its rules, or a certificate could not be loaded. Says what
/// was done, with whom and why, as in `TLS handshake with 127.0.0.1:443: wrong version number`. Its code is `EPROTO`, for a
/// handshake that took too long `ETIMEDOUT`.
///
/// asyncio: `ssl.SSLError`.
class ROTA_API ssl_error : public system_error {
public:
    ssl_error(int error, std::string operation, std::string object, std::string reason);

    /// The reason alone, in OpenSSL's words.
    std::string const& reason() const noexcept { return reason_; }
    char const* what() const noexcept override { return text_.c_str(); }

private:
    std::string reason_;
    std::string text_;
};

/// The peer's certificate, or one that vouches for it, is not to be trusted: its text says which one and why.
///
/// asyncio: `ssl.SSLCertVerificationError`.
class ROTA_API ssl_cert_verification_error : public ssl_error {
public:
    /// Which certificate was found bad, and why.
    struct finding {
        finding() = default;
        /// One of OpenSSL's X509_V_ERR_..., and its text.
        int code = 0;
        std::string message{};
        /// Whose certificate it is, who issued it, and how far from the peer's own, which is 0.
        std::string subject{};
        std::string issuer{};
        int depth = 0;
        /// What else is to be known: how long it was valid, for which names it is.
        std::string detail{};
    };
    ssl_cert_verification_error(std::string operation, std::string object, finding found);

    /// asyncio: `verify_code`, `verify_message`; the rest is not told there.
    int verify_code() const noexcept { return found_.code; }
    std::string const& verify_message() const noexcept { return found_.message; }
    /// The whole finding.
    finding const& found() const noexcept { return found_; }

private:
    finding found_;
};

/// The connection ended without TLS's own end (close_notify): what had come may have been truncated, by whoever cut it off.
/// In a handshake: before that was done.
///
/// asyncio: `ssl.SSLEOFError`; its streams swallow it, and such an end looks like any other.
class ROTA_API ssl_eof_error : public ssl_error {
public:
    using ssl_error::ssl_error;
};

}  // namespace rota::inline v0
