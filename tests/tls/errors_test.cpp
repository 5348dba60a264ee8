#include <rota/tls/errors.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace {

TEST(SslError, SaysWhatWasDoneWithWhomAndWhy) {
    rota::ssl_error const error(EPROTO, "TLS handshake with", "127.0.0.1:443", "wrong version number");
    EXPECT_STREQ(error.what(), "TLS handshake with 127.0.0.1:443: wrong version number");
    EXPECT_EQ(error.reason(), "wrong version number");
    EXPECT_EQ(error.code(), std::errc::protocol_error);
    EXPECT_STREQ(rota::ssl_error(EINVAL, "load key", "", "no start line").what(), "load key: no start line");
}

TEST(SslError, OfACertificateSaysWhichAndWhy) {
    rota::ssl_cert_verification_error::finding found;
    found.code = 10;
    found.message = "certificate has expired";
    found.detail = "at Nov  1 2020";
    found.subject = "CN=a";
    found.issuer = "CN=b";
    rota::ssl_cert_verification_error const error("TLS handshake with", "x:443", found);
    EXPECT_STREQ(error.what(),
                 "TLS handshake with x:443: certificate verify failed: certificate has expired, at Nov  1 2020 "
                 "(certificate 0 of the chain: CN=a, issued by CN=b)");
    EXPECT_EQ(error.verify_code(), 10);
    EXPECT_EQ(error.verify_message(), "certificate has expired");
    // Caught as what it is a kind of.
    rota::system_error const& base = error;
    EXPECT_EQ(base.operation(), "TLS handshake with");
    EXPECT_EQ(base.object(), "x:443");
}

}  // namespace
