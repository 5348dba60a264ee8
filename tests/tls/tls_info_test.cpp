#include <rota/tls/tls_info.hpp>

#include "tls/tls_kit.hpp"

#include <rota/base/error.hpp>

#include <string>
#include <vector>

namespace {

using namespace tls_kit;
using rota::coro;

TEST(TlsInfo, TellsWhatWasAgreedOn) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        auto const seen = rota::tls_info(both.client);
        EXPECT_EQ(seen->version, rota::tls_version::tls_1_3);
        EXPECT_EQ(seen->cipher, "TLS_AES_256_GCM_SHA384");
        EXPECT_EQ(seen->server_name, "localhost");
        EXPECT_FALSE(seen->session_reused);
        auto const& certificate = *seen->peer_certificate;
        EXPECT_EQ(certificate.subject, "CN=localhost");
        EXPECT_EQ(certificate.issuer, "CN=Test Authority");
        EXPECT_EQ(certificate.subject_alt_names,
                  (std::vector<std::string>{"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"}));
        EXPECT_EQ(certificate.fingerprint.size(), 64U);
        EXPECT_NE(certificate.serial_number, "");
        EXPECT_TRUE(certificate.not_before.ends_with(" GMT"));
        EXPECT_TRUE(certificate.not_after.ends_with(" GMT"));
        EXPECT_EQ(rota::tls_info(both.server)->server_name, "localhost");
        co_await close_both(both);
    });
}

TEST(TlsInfo, IsNothingWhereNoTlsIsSpoken) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        EXPECT_FALSE(rota::tls_info(both.client));
        co_await both.client.close();
        co_await both.server.close();
        EXPECT_THROW(rota::tls_info(rota::stream()), rota::usage_error);
    });
}

}  // namespace
