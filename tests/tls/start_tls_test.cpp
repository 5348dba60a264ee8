// TLS over whatever a stream is over; here over memory, in virtual time.
#include <rota/tls/start_tls.hpp>

#include "tls/tls_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/wait.hpp>
#include <rota/core/sleep.hpp>

#include <string>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;

TEST(StartTls, CarriesBytesBothWays) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        co_await both.client.write("hello\n");
        EXPECT_EQ(co_await both.server.read_line(), "hello\n");
        co_await both.server.write("and back\n");
        EXPECT_EQ(co_await both.client.read_line(), "and back\n");
        co_await close_both(both);
    });
}

TEST(StartTls, LeavesNothingReadableBelow) {
    run_simulated([]() -> coro<> {
        // A server that speaks TLS and a client that does not: what it sees is no text.
        auto both = memory_pair();
        auto const told =
            rota::create_task([](stream& server) -> coro<> { co_await rota::start_tls(server, server_context()); },
                              std::ref(both.server));
        co_await both.client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        std::string const answer = co_await both.client.read();
        EXPECT_EQ(answer.find("HTTP"), std::string::npos);
        std::string what;
        try {
            co_await told;
        } catch (rota::ssl_error const& error) {
            what = error.what();
        }
        EXPECT_EQ(what, "TLS handshake with memory: http request (the peer seems not to speak TLS)");
    });
}

TEST(StartTls, GarbageInsteadOfAHandshakeIsAClearErrorAndClosesTheConnection) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        co_await both.server.write("220 mail.example.org ready\r\n");
        auto what = co_await what_of<rota::ssl_error>(
            rota::start_tls(both.client, client_context(), rota::tls_options("localhost")));
        EXPECT_EQ(what, "TLS handshake with memory: wrong version number (the peer seems not to speak TLS)");
        EXPECT_FALSE(both.client);
        co_await both.server.read();  // to its end: it was closed
    });
}

TEST(StartTls, BytesThatCameInTheClearBeforeAreRefused) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        // As somebody on the way would, behind the answer to STARTTLS.
        co_await both.server.write("220 go ahead\r\n250 injected\r\n");
        EXPECT_EQ(co_await both.client.read_line(), "220 go ahead\r\n");
        auto what = co_await what_of<rota::ssl_error>(
            rota::start_tls(both.client, client_context(), rota::tls_options("localhost")));
        EXPECT_EQ(what, "TLS handshake with memory: 14 bytes came in the clear before it; they may be anybody's");
        EXPECT_FALSE(both.client);
    });
}

TEST(StartTls, GoesOverInTheMiddleOfAConnection) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto serve = [](stream& server) -> coro<> {
            EXPECT_EQ(co_await server.read_line(), "STARTTLS\n");
            co_await server.write("go ahead\n");
            co_await rota::start_tls(server, server_context());
            co_await server.write("secret\n");
            co_await server.close();
        };
        auto const serving = rota::create_task(serve, std::ref(both.server));
        co_await both.client.write("STARTTLS\n");
        EXPECT_EQ(co_await both.client.read_line(), "go ahead\n");
        co_await rota::start_tls(both.client, client_context(), rota::tls_options("localhost"));
        EXPECT_EQ(co_await both.client.read(), "secret\n");
        co_await both.client.close();
        co_await serving;
    });
}

TEST(StartTls, AnEndWithoutCloseNotifyIsToldApartFromAnEnd) {
    run_simulated([]() -> coro<> {
        middle line;
        co_await start_both(line.ends, client_context(), server_context());
        co_await line.ends.server.write("half of it");
        EXPECT_EQ(co_await line.ends.client.read_exactly(10), "half of it");
        co_await line.cut();
        auto what = co_await what_of<rota::ssl_eof_error>(line.ends.client.read());
        EXPECT_EQ(what, "receive from memory: the connection ended without a close_notify; what came may be truncated");
        // It stays so.
        co_await what_of<rota::ssl_eof_error>(line.ends.client.read());
        co_await close_both(line.ends);
    });
}

TEST(StartTls, ACloseIsAnEnd) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        auto end = [](stream& server) -> coro<> {
            co_await server.write("all of it");
            co_await server.close();
        };
        auto const ending = rota::create_task(end, std::ref(both.server));
        EXPECT_EQ(co_await both.client.read(), "all of it");
        EXPECT_TRUE(both.client.at_eof());
        co_await both.client.close();
        co_await ending;
    });
}

TEST(StartTls, WriteEofEndsOneDirectionAndTheOtherGoesOn) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        co_await both.client.write("question");
        co_await both.client.write_eof();
        EXPECT_EQ(co_await both.server.read(), "question");
        co_await both.server.write("answer");
        co_await both.server.write_eof();
        EXPECT_EQ(co_await both.client.read(), "answer");
        co_await what_of<rota::usage_error>(both.client.write("more"));
        co_await close_both(both);
    });
}

TEST(StartTls, BytesThatWereChangedOnTheWayAreAnError) {
    run_simulated([]() -> coro<> {
        middle line;
        co_await start_both(line.ends, client_context(), server_context());
        line.change_next = true;
        co_await line.ends.server.write("secret");
        auto what = co_await what_of<rota::ssl_error>(line.ends.client.read());
        EXPECT_EQ(what, "receive from memory: decryption failed or bad record mac");
        // The other side is told.
        what = co_await what_of<rota::ssl_error>(line.ends.server.read());
        EXPECT_EQ(what, "receive from memory: the peer refused: sslv3 alert bad record mac");
        co_await close_both(line.ends);
        co_await line.cut();
    });
}

TEST(StartTls, WhileSomebodyReadsIsAUsageError) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto read = [](stream& from) -> coro<> { co_await from.read(); };
        auto const reading = rota::create_task(read, std::ref(both.client));
        co_await rota::yield();
        co_await what_of<rota::usage_error>(
            rota::start_tls(both.client, client_context(), rota::tls_options("localhost")));
        EXPECT_TRUE(both.client);
        co_await both.server.close();
        co_await reading;
        co_await both.client.close();
    });
}

TEST(StartTls, WithoutANameWhereNamesAreCheckedIsAUsageErrorAndTheStreamIsLeftAlone) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto what = co_await what_of<rota::usage_error>(rota::start_tls(both.client, client_context()));
        EXPECT_EQ(what, "start_tls: the context checks names, and no server_hostname is given");
        co_await both.client.write("x");
        EXPECT_EQ(co_await both.server.read_some(), "x");
        co_await both.client.close();
        co_await both.server.close();
    });
}

TEST(StartTls, AHandshakeThatTakesTooLongIsAnErrorAndClosesTheConnection) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto const begun = rota::clock::now();
        rota::tls_options options("localhost");
        auto what = co_await what_of<rota::ssl_error>(rota::start_tls(both.client, client_context(), options));
        EXPECT_EQ(what, "TLS handshake with memory: not done within 60 s");
        EXPECT_EQ(rota::clock::now() - begun, 60s);
        EXPECT_FALSE(both.client);
        EXPECT_NE(co_await both.server.read(), "");  // a hello, then the end
        both = memory_pair();
        options.ssl_handshake_timeout = 1500ms;
        what = co_await what_of<rota::ssl_error>(rota::start_tls(both.client, client_context(), options));
        EXPECT_EQ(what, "TLS handshake with memory: not done within 1.5 s");
        co_await both.server.close();
    });
}

TEST(StartTls, CancelledClosesTheConnection) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto start = [](stream& client) -> coro<> {
            co_await rota::start_tls(client, client_context(), rota::tls_options("localhost"));
        };
        auto const starting = rota::create_task(start, std::ref(both.client));
        co_await rota::sleep(1s);
        starting.cancel();
        (void)co_await rota::wait(starting);
        EXPECT_TRUE(starting.cancelled());
        EXPECT_FALSE(both.client);
        EXPECT_NE(co_await both.server.read(), "");
        co_await both.server.close();
    });
}

TEST(StartTls, AnEndInTheMiddleOfTheHandshakeIsToldAsThat) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        auto leave = [](stream& server) -> coro<> {
            co_await server.read_some();
            co_await server.close();
        };
        auto const leaving = rota::create_task(leave, std::ref(both.server));
        auto what = co_await what_of<rota::ssl_eof_error>(
            rota::start_tls(both.client, client_context(), rota::tls_options("localhost")));
        EXPECT_EQ(what, "TLS handshake with memory: the connection ended in the middle of the handshake");
        co_await leaving;
    });
}

TEST(StartTls, OverATransportOfOneByteAtATime) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair(1);
        co_await start_both(both, client_context(), server_context());
        std::string const data = pattern(40'000);
        auto const writing =
            rota::create_task([](stream& to, std::string const& all) -> coro<> { co_await to.write(all); },
                              std::ref(both.client), std::cref(data));
        EXPECT_EQ(co_await both.server.read_exactly(data.size()), data);
        co_await writing;
        co_await close_both(both);
    });
}

TEST(StartTls, OverTls) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        co_await start_both(both, client_context(), server_context());
        co_await both.client.write("twice\n");
        EXPECT_EQ(co_await both.server.read_line(), "twice\n");
        co_await close_both(both);
    });
}

}  // namespace
