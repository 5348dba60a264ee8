// What a context says is what a handshake does.
#include <rota/tls/ssl_context.hpp>

#include "tls/tls_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/result.hpp>

#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::ssl_context;

/// What a client and a server make of each other: the error of each, empty where it has none. With TLS 1.3 a client's
/// handshake can be done before the server has looked at its certificate, so each also says and reads a word.
struct outcome {
    std::string client;
    std::string server;
    rota::tls_information seen_by_client;
    rota::tls_information seen_by_server;
};

coro<std::string> take_part(rota::stream& end, ssl_context context, rota::tls_options options,
                            rota::tls_information& seen) {
    try {
        co_await rota::start_tls(end, context, options);
        seen = *rota::tls_info(end);
        co_await end.write("word");
        EXPECT_EQ(co_await end.read_exactly(4), "word");
        co_await end.close();
    } catch (rota::ssl_error const& error) {
        co_return error.what();
    }
    co_return "";
}

coro<outcome> meet(ssl_context client, ssl_context server, std::string name = "localhost") {
    outcome told;
    auto both = memory_pair();
    rota::tls_options const options(name);
    auto answers = co_await rota::gather(take_part(both.client, client, options, told.seen_by_client),
                                         take_part(both.server, server, options, told.seen_by_server));
    told.client = std::get<0>(answers);
    told.server = std::get<1>(answers);
    co_return told;
}

std::string without_times(std::string const& text) {
    return std::regex_replace(text, std::regex("[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4} GMT"), "TIME");
}

TEST(SslContext, AGoodCertificateIsTrusted) {
    run_simulated([]() -> coro<> {
        auto const told = co_await meet(client_context(), server_context());
        EXPECT_EQ(told.client, "");
        EXPECT_EQ(told.server, "");
        EXPECT_EQ(told.seen_by_client.peer_certificate->subject, "CN=localhost");
        EXPECT_FALSE(told.seen_by_server.peer_certificate);
    });
}

TEST(SslContext, AnExpiredCertificateIsRefusedAndBothSidesAreToldWhy) {
    run_simulated([]() -> coro<> {
        certificate_plan plan("old", "DNS:localhost");
        plan.begins_in_days = -20;
        plan.ends_in_days = -10;
        auto const told = co_await meet(client_context(), server_context(trusted_authority().issue(plan)));
        EXPECT_EQ(without_times(told.client),
                  "TLS handshake with memory: certificate verify failed: certificate has expired, at TIME "
                  "(certificate 0 of the chain: CN=old, issued by CN=Test Authority)");
        EXPECT_EQ(told.server, "TLS handshake with memory: the peer refused: sslv3 alert certificate expired");
    });
}

TEST(SslContext, ACertificateThatIsNotYetValidIsRefused) {
    run_simulated([]() -> coro<> {
        certificate_plan plan("young", "DNS:localhost");
        plan.begins_in_days = 10;
        auto const told = co_await meet(client_context(), server_context(trusted_authority().issue(plan)));
        EXPECT_EQ(without_times(told.client),
                  "TLS handshake with memory: certificate verify failed: certificate is not yet valid, before TIME "
                  "(certificate 0 of the chain: CN=young, issued by CN=Test Authority)");
    });
}

TEST(SslContext, ACertificateForAnotherNameIsRefused) {
    run_simulated([]() -> coro<> {
        // The common name does not count.
        auto const other = trusted_authority().issue(certificate_plan("localhost", "DNS:a.example,DNS:*.b.example"));
        auto told = co_await meet(client_context(), server_context(other));
        EXPECT_EQ(
            told.client,
            "TLS handshake with memory: certificate verify failed: hostname mismatch, it is not for localhost but "
            "for a.example, *.b.example (certificate 0 of the chain: CN=localhost, issued by CN=Test Authority)");
        told = co_await meet(client_context(), server_context(other), "x.y.b.example");
        EXPECT_NE(told.client, "");
        for (char const* name : {"a.example", "A.Example", "a.example.", "x.b.example"}) {
            told = co_await meet(client_context(), server_context(other), name);
            EXPECT_EQ(told.client, "") << name;
        }
    });
}

TEST(SslContext, AnAddressIsLookedForAmongTheAddresses) {
    run_simulated([]() -> coro<> {
        auto told = co_await meet(client_context(), server_context(), "127.0.0.1");
        EXPECT_EQ(told.client, "");
        EXPECT_EQ(told.seen_by_server.server_name, "");  // an address is not asked for by name
        told = co_await meet(client_context(), server_context(), "::1");
        EXPECT_EQ(told.client, "");
        told = co_await meet(client_context(), server_context(), "127.0.0.2");
        EXPECT_EQ(
            told.client,
            "TLS handshake with memory: certificate verify failed: IP address mismatch, it is not for 127.0.0.2 but "
            "for localhost, 127.0.0.1, 0:0:0:0:0:0:0:1 (certificate 0 of the chain: CN=localhost, issued by "
            "CN=Test Authority)");
    });
}

TEST(SslContext, ASelfSignedCertificateIsRefusedUnlessItIsTrusted) {
    run_simulated([]() -> coro<> {
        auto const own = self_signed(certificate_plan("self", "DNS:localhost"));
        auto told = co_await meet(client_context(), server_context(own));
        EXPECT_EQ(told.client,
                  "TLS handshake with memory: certificate verify failed: self-signed certificate "
                  "(certificate 0 of the chain: CN=self)");
        auto trusting = client_context();
        trusting.load_verify_data(own.certificates);
        told = co_await meet(trusting, server_context(own));
        EXPECT_EQ(told.client, "");
    });
}

TEST(SslContext, AnUnknownIssuerIsRefused) {
    run_simulated([]() -> coro<> {
        authority const stranger("Stranger");
        auto const told =
            co_await meet(client_context(), server_context(stranger.issue(certificate_plan("x", "DNS:localhost"))));
        EXPECT_EQ(told.client,
                  "TLS handshake with memory: certificate verify failed: unable to get local issuer certificate "
                  "(certificate 0 of the chain: CN=x, issued by CN=Stranger)");
    });
}

TEST(SslContext, VerifyNoneTakesAnything) {
    run_simulated([]() -> coro<> {
        auto careless = rota::create_default_ssl_context();
        careless.set_verify_mode(rota::ssl_verify_mode::none);
        auto const told = co_await meet(careless, server_context(self_signed(certificate_plan("self"))), "whatever");
        EXPECT_EQ(told.client, "");
        EXPECT_EQ(told.seen_by_client.peer_certificate->subject, "CN=self");
    });
}

TEST(SslContext, WithoutCheckHostnameTheChainAloneCounts) {
    run_simulated([]() -> coro<> {
        auto context = client_context();
        context.set_check_hostname(false);
        auto told = co_await meet(context, server_context(), "other.example");
        EXPECT_EQ(told.client, "");
        told = co_await meet(context, server_context(self_signed(certificate_plan("self"))), "other.example");
        EXPECT_NE(told.client, "");
    });
}

ssl_context server_that_asks(rota::ssl_verify_mode mode) {
    auto context = server_context();
    context.load_verify_data(trusted_authority().pem());
    context.set_verify_mode(mode);
    return context;
}

TEST(SslContext, AClientCertificateIsSeenByTheServer) {
    run_simulated([]() -> coro<> {
        for (auto const newest : {rota::tls_version::tls_1_2, rota::tls_version::tls_1_3}) {
            auto client = client_context();
            client.set_maximum_version(newest);
            auto const own = trusted_authority().issue(certificate_plan("somebody", "email:somebody@example.org"));
            client.load_cert_chain_data(own.certificates, own.key);
            auto const told = co_await meet(client, server_that_asks(rota::ssl_verify_mode::required));
            EXPECT_EQ(told.client, "");
            EXPECT_EQ(told.server, "");
            EXPECT_EQ(told.seen_by_server.peer_certificate->subject, "CN=somebody");
            EXPECT_EQ(told.seen_by_server.peer_certificate->subject_alt_names,
                      std::vector<std::string>{"email:somebody@example.org"});
        }
    });
}

TEST(SslContext, AClientWithoutACertificateIsRefusedWhereOneIsRequired) {
    run_simulated([]() -> coro<> {
        auto told = co_await meet(client_context(), server_that_asks(rota::ssl_verify_mode::required));
        EXPECT_EQ(told.server, "TLS handshake with memory: peer did not return a certificate");
        EXPECT_EQ(told.client, "receive from memory: the peer refused: tlsv13 alert certificate required");
        told = co_await meet(client_context(), server_that_asks(rota::ssl_verify_mode::optional));
        EXPECT_EQ(told.server, "");
        EXPECT_EQ(told.client, "");
    });
}

TEST(SslContext, AClientCertificateOfAStrangerIsRefused) {
    run_simulated([]() -> coro<> {
        for (auto const mode : {rota::ssl_verify_mode::required, rota::ssl_verify_mode::optional}) {
            auto client = client_context();
            auto const own = self_signed(certificate_plan("stranger"));
            client.load_cert_chain_data(own.certificates, own.key);
            auto const told = co_await meet(client, server_that_asks(mode));
            EXPECT_EQ(told.server,
                      "TLS handshake with memory: certificate verify failed: self-signed certificate "
                      "(certificate 0 of the chain: CN=stranger)");
            EXPECT_EQ(told.client, "receive from memory: the peer refused: tlsv1 alert unknown ca");
        }
    });
}

TEST(SslContext, ServersChooseACertificateByTheNameThatIsAskedFor) {
    run_simulated([]() -> coro<> {
        auto server = server_context();
        server.add_server_name(
            "*.example.org", server_context(trusted_authority().issue(certificate_plan("wild", "DNS:*.example.org"))));
        server.add_server_name("a.example.org",
                               server_context(trusted_authority().issue(certificate_plan("a", "DNS:a.example.org"))));
        struct asked {
            std::string name, subject;
        };
        for (auto const& [name, subject] :
             {asked{"a.example.org", "CN=a"}, asked{"A.Example.ORG", "CN=a"}, asked{"b.example.org", "CN=wild"},
              asked{"localhost", "CN=localhost"}, asked{"127.0.0.1", "CN=localhost"}}) {
            auto const told = co_await meet(client_context(), server, name);
            EXPECT_EQ(told.client, "") << name;
            EXPECT_EQ(told.seen_by_client.peer_certificate->subject, subject);
        }
        auto const told = co_await meet(client_context(), server, "unknown.example");
        EXPECT_NE(told.client.find("hostname mismatch"), std::string::npos);
    });
}

TEST(SslContext, NamesAreForServersAndDoNotNest) {
    auto server = server_context();
    auto named = server_context();
    EXPECT_THROW(server.add_server_name("x", server), rota::usage_error);
    EXPECT_THROW(server.add_server_name("x", client_context()), rota::usage_error);
    EXPECT_THROW(client_context().add_server_name("x", server), rota::usage_error);
    server.add_server_name("x", named);
    EXPECT_THROW(named.add_server_name("y", server), rota::usage_error);
}

TEST(SslContext, TheServersFirstCommonProtocolIsSpoken) {
    run_simulated([]() -> coro<> {
        auto client = client_context();
        client.set_alpn_protocols({"http/1.1", "h2"});
        auto server = server_context();
        server.set_alpn_protocols({"h3", "h2", "http/1.1"});
        auto told = co_await meet(client, server);
        EXPECT_EQ(told.seen_by_client.alpn_protocol, "h2");
        EXPECT_EQ(told.seen_by_server.alpn_protocol, "h2");
        server.set_alpn_protocols({"smtp"});
        told = co_await meet(client, server);
        EXPECT_EQ(told.client, "");
        EXPECT_EQ(told.seen_by_client.alpn_protocol, "");
        EXPECT_EQ(told.seen_by_server.alpn_protocol, "");
    });
    EXPECT_THROW(client_context().set_alpn_protocols({""}), rota::usage_error);
    EXPECT_THROW(client_context().set_alpn_protocols({std::string(256, 'x')}), rota::usage_error);
}

TEST(SslContext, SpeaksBothVersionsAndSaysWhereThereIsNoneInCommon) {
    run_simulated([]() -> coro<> {
        auto told = co_await meet(client_context(), server_context());
        EXPECT_EQ(told.seen_by_client.version, rota::tls_version::tls_1_3);
        auto old = client_context();
        old.set_maximum_version(rota::tls_version::tls_1_2);
        told = co_await meet(old, server_context());
        EXPECT_EQ(told.client, "");
        EXPECT_EQ(told.seen_by_client.version, rota::tls_version::tls_1_2);
        auto demanding = server_context();
        demanding.set_minimum_version(rota::tls_version::tls_1_3);
        told = co_await meet(old, demanding);
        EXPECT_EQ(told.server, "TLS handshake with memory: unsupported protocol");
        EXPECT_EQ(told.client, "TLS handshake with memory: the peer refused: tlsv1 alert protocol version");
    });
}

TEST(SslContext, SessionsAreResumedByNameAndOfTls13EachOnce) {
    run_simulated([]() -> coro<> {
        for (auto const newest : {rota::tls_version::tls_1_2, rota::tls_version::tls_1_3}) {
            auto client = client_context();
            client.set_maximum_version(newest);
            auto const server = server_context();
            EXPECT_FALSE((co_await meet(client, server)).seen_by_client.session_reused);
            for (int i = 0; i < 4; ++i) {
                auto const told = co_await meet(client, server);
                EXPECT_TRUE(told.seen_by_client.session_reused);
                EXPECT_TRUE(told.seen_by_server.session_reused);
                EXPECT_EQ(told.seen_by_client.peer_certificate->subject, "CN=localhost");
            }
            // Another name is another server.
            EXPECT_FALSE((co_await meet(client, server, "127.0.0.1")).seen_by_client.session_reused);
            // One that does not know the session begins anew.
            EXPECT_FALSE((co_await meet(client, server_context())).seen_by_client.session_reused);
        }
    });
}

TEST(SslContext, ASessionFromWhenNothingWasVerifiedIsForgotten) {
    run_simulated([]() -> coro<> {
        auto client = client_context();
        client.set_verify_mode(rota::ssl_verify_mode::none);
        auto const server = server_context(self_signed(certificate_plan("self", "DNS:localhost")));
        EXPECT_EQ((co_await meet(client, server)).client, "");
        client.set_verify_mode(rota::ssl_verify_mode::required);
        EXPECT_NE((co_await meet(client, server)).client, "");
    });
}

TEST(SslContext, ClientCertificatesAndResumedSessionsGoTogether) {
    run_simulated([]() -> coro<> {
        auto client = client_context();
        auto const own = trusted_authority().issue(certificate_plan("somebody"));
        client.load_cert_chain_data(own.certificates, own.key);
        auto const server = server_that_asks(rota::ssl_verify_mode::required);
        for (bool const again : {false, true}) {
            auto const told = co_await meet(client, server);
            EXPECT_EQ(told.server, "");
            EXPECT_EQ(told.seen_by_server.session_reused, again);
            EXPECT_EQ(told.seen_by_server.peer_certificate->subject, "CN=somebody");
        }
    });
}

template <class Call>
std::string error_of(Call&& call) {
    try {
        call();
    } catch (rota::ssl_error const& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(SslContext, WhatCanNotBeLoadedIsNamed) {
    auto context = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
    EXPECT_EQ(error_of([&] { context.load_cert_chain("no_such.pem"); }),
              "load certificate no_such.pem: No such file or directory");
    EXPECT_EQ(error_of([&] { context.load_verify_locations("no_such.pem"); }),
              "load trusted certificates no_such.pem: No such file or directory");
    EXPECT_EQ(error_of([&] { context.load_cert_chain_data("nonsense", "nonsense"); }),
              "load certificate: no start line");
    EXPECT_EQ(error_of([&] { context.load_verify_data("nonsense"); }), "load trusted certificates: no start line");
    auto const one = self_signed(certificate_plan("one"));
    auto const other = self_signed(certificate_plan("other"));
    EXPECT_EQ(error_of([&] { context.load_cert_chain_data(one.certificates, other.key); }),
              "load key: key values mismatch");
    EXPECT_EQ(error_of([&] { context.set_ciphers("NO-SUCH-CIPHER"); }),
              "choose ciphers NO-SUCH-CIPHER: no cipher match");
}

TEST(SslContext, TellsItsSettings) {
    auto client = rota::create_default_ssl_context();
    EXPECT_EQ(client.purpose(), rota::ssl_purpose::server_auth);
    EXPECT_EQ(client.verify_mode(), rota::ssl_verify_mode::required);
    EXPECT_TRUE(client.check_hostname());
    auto const server = rota::create_default_ssl_context(rota::ssl_purpose::client_auth);
    EXPECT_EQ(server.purpose(), rota::ssl_purpose::client_auth);
    EXPECT_EQ(server.verify_mode(), rota::ssl_verify_mode::none);
    EXPECT_FALSE(server.check_hostname());
    // A copy is the same context, and none is ever empty.
    auto const same = client;
    auto const moved = std::move(client);
    client.set_check_hostname(false);  // NOLINT(bugprone-use-after-move)
    EXPECT_FALSE(same.check_hostname());
    EXPECT_FALSE(moved.check_hostname());
}

}  // namespace
