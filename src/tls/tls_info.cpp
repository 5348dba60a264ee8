#include <rota/tls/tls_info.hpp>

#include "certificate_names.hpp"
#include "tls_transport.hpp"

#include <openssl/bn.h>

#include <array>
#include <memory>

namespace rota::inline v0 {
namespace {

std::string serial_text(X509 const* certificate) {
    std::unique_ptr<BIGNUM, detail::openssl_release<&BN_free>> const number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    char* const text = number ? BN_bn2hex(number.get()) : nullptr;
    if (text == nullptr) return {};
    std::string const result(text);
    OPENSSL_free(text);
    return result;
}

std::string fingerprint_of(X509 const* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        constexpr char digits[] = "0123456789abcdef";
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

certificate_info describe(X509 const* certificate) {
    certificate_info told;
    told.subject = detail::name_text(X509_get_subject_name(certificate));
    told.issuer = detail::name_text(X509_get_issuer_name(certificate));
    told.subject_alt_names = detail::names_of(certificate);
    told.serial_number = serial_text(certificate);
    told.fingerprint = fingerprint_of(certificate);
    told.not_before = detail::time_text(X509_get0_notBefore(certificate));
    told.not_after = detail::time_text(X509_get0_notAfter(certificate));
    return told;
}

}  // namespace

std::optional<tls_information> tls_info(stream const& of) {
    auto const* const over = dynamic_cast<detail::tls_transport const*>(of.transport());
    if (over == nullptr) return std::nullopt;
    SSL* const ssl = over->engine().native();
    tls_information told;
    told.version = SSL_version(ssl) == TLS1_2_VERSION ? tls_version::tls_1_2 : tls_version::tls_1_3;
    told.cipher = SSL_get_cipher_name(ssl);
    unsigned char const* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    if (size != 0) told.alpn_protocol.assign(reinterpret_cast<char const*>(protocol), size);
    if (char const* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) told.server_name = name;
    told.session_reused = SSL_session_reused(ssl) == 1;
    if (X509 const* const certificate = SSL_get0_peer_certificate(ssl)) told.peer_certificate = describe(certificate);
    return told;
}

}  // namespace rota::inline v0
