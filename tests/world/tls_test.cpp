// Outcomes of TLS: streams over memory, and handshakes.
#include "tls/tls_kit.hpp"
#include "world/stream_outcomes.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/net/socket.hpp>

namespace {

using namespace world_kit;

coro<stream_ends> over_tls() {
    auto both = co_await tls_kit::connected();
    stream_ends made{std::move(both.client), std::move(both.server)};
    co_return made;
}

coro<stream_ends> over_tls_over_tcp() {
    rota::socket on(rota::address_family::ipv4);
    on.bind(rota::socket_address::from_literal("127.0.0.1", 0));
    on.listen();
    rota::socket to(rota::address_family::ipv4);
    co_await to.connect(on.local_address());
    auto accepted = co_await on.accept();
    tls_kit::tls_pair both{rota::connect_accepted_socket(std::move(to)),
                           rota::connect_accepted_socket(std::move(accepted))};
    co_await tls_kit::start_both(both, tls_kit::client_context(), tls_kit::server_context());
    stream_ends made{std::move(both.client), std::move(both.server)};
    co_return made;
}

/// A handshake that failed leaves no connection.
bool is_gone(rota::stream const& one) { return !one || one.is_closing(); }

/// A client's handshake with somebody who answers with `bytes`, and then with nothing.
coro<std::string> handshake_against(std::string bytes) {
    auto raw = rota::memory_stream_pair();
    co_await raw.second.write(bytes);
    co_await raw.second.write_eof();
    auto text = co_await what_of<rota::ssl_error>(
        rota::start_tls(raw.first, tls_kit::client_context(), rota::tls_options("localhost")));
    EXPECT_TRUE(is_gone(raw.first));
    co_return text;
}

/// A server whose client leaves behind each byte of its first message, or nearly.
coro<> is_left_at_every_point() {
    std::string hello;
    {
        auto raw = rota::memory_stream_pair();
        auto const starting =
            rota::create_task(rota::start_tls(raw.first, tls_kit::client_context(), rota::tls_options("localhost")));
        hello = co_await raw.second.read_some();
        starting.cancel();
        co_await ended(starting);
    }
    EXPECT_GT(hello.size(), 100U);
    for (std::size_t point = 0; point <= hello.size(); point += 13) {
        auto raw = rota::memory_stream_pair();
        co_await raw.second.write(hello.substr(0, point));
        co_await raw.second.close();
        co_await what_of<rota::system_error>(
            rota::wait_for(rota::start_tls(raw.first, tls_kit::server_context()), 10s));
        EXPECT_TRUE(is_gone(raw.first)) << point;
    }
}

/// A client that trusts the tests' authority meets a server with this certificate.
coro<> refuses(tls_kit::identity const& own, std::string why) {
    auto both = tls_kit::memory_pair();
    std::string told;
    auto client = [&]() -> coro<> {
        told = co_await what_of<rota::ssl_cert_verification_error>(
            rota::start_tls(both.client, tls_kit::client_context(), rota::tls_options("localhost")));
    };
    auto server = [&]() -> coro<> {
        co_await what_of<rota::system_error>(rota::start_tls(both.server, tls_kit::server_context(own)));
    };
    co_await rota::gather(client(), server());
    EXPECT_NE(told.find(why), std::string::npos) << told;
    EXPECT_TRUE(is_gone(both.client));
}

bool const entered = [] {
    stream_kind kind(over_tls);
    add_stream("TLS", "TLS", kind);
    kernel_kinds().push_back({"TLS", over_tls_over_tcp});
    of("TLS", "handshake")
        .can("done",
             []() -> coro<> {
                 auto both = co_await tls_kit::connected();
                 EXPECT_TRUE(rota::tls_info(both.client));
                 co_await tls_kit::close_both(both);
             })
        .can("garbage",
             []() -> coro<> {
                 (void)co_await handshake_against("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
             })
        .can("peer gone",
             []() -> coro<> {
                 auto raw = rota::memory_stream_pair();
                 co_await raw.second.close();
                 co_await what_of<rota::system_error>(
                     rota::start_tls(raw.first, tls_kit::client_context(), rota::tls_options("localhost")));
                 EXPECT_TRUE(is_gone(raw.first));
             })
        .can("peer gone at any point", is_left_at_every_point)
        .can("time-out",
             []() -> coro<> {
                 auto raw = rota::memory_stream_pair();
                 co_await what_of<rota::timeout_error>(rota::wait_for(
                     rota::start_tls(raw.first, tls_kit::client_context(), rota::tls_options("localhost")), 10ms));
                 EXPECT_TRUE(is_gone(raw.first));
             })
        .can("cancelled while",
             []() -> coro<> {
                 auto raw = rota::memory_stream_pair();
                 auto const starting = rota::create_task(
                     rota::start_tls(raw.first, tls_kit::client_context(), rota::tls_options("localhost")));
                 co_await rota::sleep(5ms);
                 starting.cancel();
                 co_await ended(starting);
                 EXPECT_TRUE(starting.cancelled());
                 EXPECT_TRUE(is_gone(raw.first));
             })
        .can("a certificate that has expired",
             []() -> coro<> {
                 tls_kit::certificate_plan plan("localhost", "DNS:localhost");
                 plan.begins_in_days = -30;
                 plan.ends_in_days = -1;
                 auto const own = tls_kit::trusted_authority().issue(plan);
                 co_await refuses(own, "expired");
             })
        .can("a certificate for another name",
             []() -> coro<> {
                 auto const own =
                     tls_kit::trusted_authority().issue(tls_kit::certificate_plan("other", "DNS:other.example"));
                 co_await refuses(own, "localhost");
             })
        .can("a certificate of its own",
             []() -> coro<> {
                 co_await refuses(tls_kit::self_signed(tls_kit::certificate_plan("localhost", "DNS:localhost")),
                                  "self-signed");
             })
        .can("a certificate that is forged", []() -> coro<> {
            // An authority of the same name, with another key.
            tls_kit::authority const forger;
            auto const own = forger.issue(tls_kit::certificate_plan("localhost", "DNS:localhost"));
            co_await refuses(own, "signature");
        });
    return true;
}();

}  // namespace
