// Owners of OpenSSL's things, and its queue of errors as text.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace rota::inline v0::detail {

template <auto release>
struct openssl_release {
    template <class T>
    void operator()(T* owned) const noexcept {
        release(owned);
    }
};

using ssl_ctx_owner = std::unique_ptr<SSL_CTX, openssl_release<&SSL_CTX_free>>;
using ssl_owner = std::unique_ptr<SSL, openssl_release<&SSL_free>>;
using ssl_session_owner = std::unique_ptr<SSL_SESSION, openssl_release<&SSL_SESSION_free>>;
using bio_owner = std::unique_ptr<BIO, openssl_release<&BIO_free_all>>;
using x509_owner = std::unique_ptr<X509, openssl_release<&X509_free>>;
using key_owner = std::unique_ptr<EVP_PKEY, openssl_release<&EVP_PKEY_free>>;

/// The text of one of OpenSSL's errors.
std::string openssl_text(unsigned long error);
/// The first error in the queue, which is then empty.
std::string take_openssl_error();

/// As in `CN=example.org,O=Example`.
std::string name_text(X509_NAME const* name);
/// As in `Nov 26 06:00:00 2026 GMT`.
std::string time_text(ASN1_TIME const* time);

}  // namespace rota::inline v0::detail
