// What becomes of bytes where somebody is cancelled, cut off, slow or in the way.
#include "tls/tls_connection.hpp"

#include "tls/tls_kit.hpp"
#include "tls/tls_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/result.hpp>

#include <cstring>
#include <string>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;

SSL* native(stream const& of) {
    return dynamic_cast<rota::detail::tls_transport const&>(*of.transport()).engine().native();
}

coro<> write_all(stream& to, std::string const& data) { co_await to.write(data); }
coro<std::string> read_all(stream& from) { co_return co_await from.read(); }

TEST(TlsConnection, AReadThatIsCancelledLosesNoByte) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        std::string const data = pattern(20'000);
        auto dribble = [](stream& to, std::string const& all) -> coro<> {
            for (std::size_t at = 0; at < all.size(); at += 137) {
                co_await to.write(std::string_view(all).substr(at, 137));
                co_await rota::sleep(7ms);
            }
            co_await to.write_eof();
        };
        auto const writing = rota::create_task(dribble, std::ref(both.server), std::cref(data));
        std::string got;
        int cancelled = 0;
        for (bool more = true; more;) {
            try {
                std::string const piece = co_await rota::wait_for(both.client.read_some(100), 2ms);
                more = !piece.empty();
                got += piece;
            } catch (rota::timeout_error const&) {
                ++cancelled;
            }
        }
        EXPECT_TRUE(got == data);
        EXPECT_GT(cancelled, 100);
        co_await writing;
        co_await close_both(both);
    });
}

TEST(TlsConnection, AWriteThatIsCancelledHalfWayBreaksTheWritingSideAndSaysHowFarItGot) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        std::string const data = pattern(1'000'000);
        bool late = false;
        try {
            co_await rota::wait_for(both.client.write(data), 1s);
        } catch (rota::timeout_error const&) {
            late = true;
        }
        EXPECT_TRUE(late);
        std::size_t sent = 0;
        try {
            co_await both.client.write("more");
        } catch (rota::broken_write_error const& error) {
            sent = error.sent();
            EXPECT_EQ(error.size(), data.size());
        }
        EXPECT_GT(sent, 0U);
        EXPECT_LT(sent, data.size());
        // Just that arrives, and then the end.
        auto const reading = rota::create_task(read_all, std::ref(both.server));
        co_await both.client.close();
        EXPECT_TRUE(co_await reading == data.substr(0, sent));
        co_await both.server.close();
    });
}

TEST(TlsConnection, AWriteThatWaitsBehindAnotherAndIsCancelledDidNothing) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        std::string const data = pattern(300'000);
        auto const first = rota::create_task(write_all, std::ref(both.client), std::cref(data));
        co_await rota::yield();
        bool late = false;
        try {
            co_await rota::wait_for(both.client.write("never"), 1s);
        } catch (rota::timeout_error const&) {
            late = true;
        }
        EXPECT_TRUE(late);
        EXPECT_TRUE(co_await both.server.read_exactly(data.size()) == data);
        co_await first;
        co_await both.client.write("after");
        EXPECT_EQ(co_await both.server.read_some(), "after");
        co_await close_both(both);
    });
}

TEST(TlsConnection, AReadAnswersAKeyUpdate) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        for (int round = 0; round < 5; ++round) {
            // The client asks for new keys both ways; the server answers from inside a read.
            EXPECT_EQ(SSL_key_update(native(both.client), SSL_KEY_UPDATE_REQUESTED), 1);
            co_await both.client.write("new keys\n");
            EXPECT_EQ(co_await both.server.read_line(), "new keys\n");
            co_await both.server.write("mine, too\n");
            EXPECT_EQ(co_await both.client.read_line(), "mine, too\n");
        }
        co_await close_both(both);
    });
}

TEST(TlsConnection, APeerThatAsksForAnswersAndTakesNoneIsHeldUp) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair(100);
        co_await start_both(both, client_context(), server_context());
        auto ask = [](stream& client) -> coro<> {
            for (int i = 0; i < 20'000; ++i) {
                SSL_key_update(native(client), SSL_KEY_UPDATE_REQUESTED);
                co_await client.write("x");
            }
        };
        auto const asking = rota::create_task(ask, std::ref(both.client));
        auto const reading = rota::create_task(read_all, std::ref(both.server));
        co_await rota::sleep(1s);
        EXPECT_FALSE(asking.done());
        auto const& server = dynamic_cast<rota::detail::tls_transport const&>(*both.server.transport()).engine();
        EXPECT_LE(server.out.size(), 70U * 1024);
        asking.cancel();
        reading.cancel();
        co_await rota::sleep(1s);
        co_await close_both(both);
    });
}

/// From some time on it always has something: new keys of the peer's, without end.
class flooding final : public rota::transport {
public:
    flooding(std::unique_ptr<rota::transport> over, SSL*& peer) noexcept : over_(std::move(over)), peer_(&peer) {}

    bool start_read(rota::receive_operation& op) noexcept override {
        if (*peer_ == nullptr) return over_->start_read(op);
        SSL_key_update(*peer_, SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(*peer_);
        auto& out = static_cast<rota::detail::tls_engine*>(SSL_get_app_data(*peer_))->out;
        std::memcpy(op.buffer(), out.data(), out.size());
        op.finish_at_once(static_cast<std::int32_t>(out.size()));
        out.consume(out.size());
        ++reads;
        return true;
    }
    bool start_write(rota::send_operation& op) noexcept override { return over_->start_write(op); }
    bool start_shutdown(rota::shutdown_operation& op) noexcept override { return over_->start_shutdown(op); }
    bool start_close(rota::close_operation& op) noexcept override { return over_->start_close(op); }
    void close() noexcept override { over_->close(); }
    void cancel(rota::operation& op) noexcept override { over_->cancel(op); }
    std::string peer_name() const override { return over_->peer_name(); }

    static inline int reads = 0;

private:
    std::unique_ptr<rota::transport> over_;
    SSL** peer_;
};

TEST(TlsConnection, APeerThatSendsNewKeysWithoutEndLetsOthersHaveTheirTurn) {
    run_simulated([]() -> coro<> {
        SSL* flood = nullptr;
        auto both = memory_pair();
        both.server.exchange_transport(
            [&](std::unique_ptr<rota::transport> over) { return std::make_unique<flooding>(std::move(over), flood); });
        co_await start_both(both, client_context(), server_context());
        auto const reading = rota::create_task(read_all, std::ref(both.server));
        co_await rota::yield();
        flood = native(both.client);
        co_await both.client.write("x");
        for (int i = 0; i < 1000 && flooding::reads < 500; ++i) co_await rota::yield();
        EXPECT_GE(flooding::reads, 500);
        EXPECT_FALSE(reading.done());
        // It can be cancelled, and closed.
        reading.cancel();
        (void)co_await rota::as_result(reading);
        EXPECT_TRUE(reading.cancelled());
        auto const again = rota::create_task(read_all, std::ref(both.server));
        co_await rota::yield();
        auto const closing =
            rota::create_task([](stream& one) -> coro<> { co_await one.close(); }, std::ref(both.server));
        int const before = flooding::reads;
        for (int i = 0; i < 1000 && flooding::reads < before + 500; ++i) co_await rota::yield();
        EXPECT_FALSE(closing.done());
        flood = nullptr;
        co_await closing;
        co_await what_of<rota::system_error>(again);
        co_await both.client.close();
    });
}

TEST(TlsConnection, RenegotiationIsRefused) {
    run_simulated([]() -> coro<> {
        auto old = client_context();
        old.set_maximum_version(rota::tls_version::tls_1_2);
        auto both = co_await connected(old);
        SSL_clear_options(native(both.client), SSL_OP_NO_RENEGOTIATION);
        EXPECT_EQ(SSL_renegotiate(native(both.client)), 1);
        // The hello goes out with the write, and the server refuses it; what else is said comes through, or an error does.
        auto const reading = rota::create_task(
            [](stream& server) -> coro<std::string> {
                try {
                    co_return co_await server.read_some();
                } catch (rota::ssl_error const& error) {
                    co_return error.reason();
                }
            },
            std::ref(both.server));
        try {
            co_await rota::wait_for(both.client.write("x"), 1s);
        } catch (rota::system_error const&) {
        } catch (rota::timeout_error const&) {}
        co_await rota::sleep(1s);
        EXPECT_FALSE(SSL_renegotiate_pending(native(both.server)));
        co_await close_both(both);
        (void)co_await reading;
    });
}

TEST(TlsConnection, AClosePutsUpWithASilentPeerForThirtySeconds) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        auto const begun = rota::clock::now();
        co_await both.client.close();
        EXPECT_EQ(rota::clock::now() - begun, 30s);
        EXPECT_EQ(co_await both.server.read(), "");
        co_await both.server.close();
    });
}

TEST(TlsConnection, ADroppedStreamSaysThatItEndsWhereThatGoesAtOnce) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        co_await both.client.write("last words");
        both.client = stream();
        EXPECT_EQ(co_await both.server.read(), "last words");
        co_await both.server.close();
    });
}

TEST(TlsConnection, ACloseWithATimeOutOfZeroDoesNotWaitForThePeer) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair();
        rota::tls_options options("localhost");
        options.ssl_shutdown_timeout = 0s;
        co_await start_both(both, client_context(), server_context(), options);
        auto const begun = rota::clock::now();
        co_await both.client.close();
        EXPECT_EQ(rota::clock::now() - begun, 0s);
        EXPECT_EQ(co_await both.server.read(), "");
        co_await both.server.close();
        EXPECT_EQ(rota::clock::now() - begun, 0s);
    });
}

TEST(TlsConnection, ACloseDoesNotWaitForEverForAPeerThatTakesNothing) {
    run_simulated([]() -> coro<> {
        auto both = memory_pair(1000);
        co_await start_both(both, client_context(), server_context());
        std::string const data = pattern(100'000);
        auto const writing = rota::create_task(write_all, std::ref(both.client), std::cref(data));
        co_await rota::yield();
        auto const begun = rota::clock::now();
        co_await both.client.close();
        EXPECT_EQ(rota::clock::now() - begun, 30s);
        co_await what_of<rota::system_error>(writing);
        co_await what_of<rota::ssl_eof_error>(both.server.read());
        co_await both.server.close();
    });
}

TEST(TlsConnection, ACloseThrowsAwayWhatAPeerStillSendsAndAnEndlessPeerIsCutOff) {
    run_simulated([]() -> coro<> {
        auto both = co_await connected();
        std::string const data = pattern(300'000);
        auto const writing = rota::create_task(write_all, std::ref(both.server), std::cref(data));
        auto const closing =
            rota::create_task([](stream& one) -> coro<> { co_await one.close(); }, std::ref(both.client));
        co_await writing;
        co_await both.server.close();
        co_await closing;

        both = co_await connected();
        std::string const endless = pattern(10'000'000);
        auto const unheard = rota::create_task(write_all, std::ref(both.server), std::cref(endless));
        auto const begun = rota::clock::now();
        co_await both.client.close();
        EXPECT_EQ(rota::clock::now() - begun, 0s);
        co_await what_of<rota::system_error>(unheard);
        co_await both.server.close();
    });
}

TEST(TlsConnection, AnyPieceOfDataArrivesWholeWhateverTheSizes) {
    for (std::uint64_t const seed : {1U, 2U, 3U}) {
        run_simulated(
            []() -> coro<> {
                for (std::size_t const size : {1U, 16'383U, 16'384U, 16'385U, 100'000U}) {
                    middle line(3000, 777);
                    co_await start_both(line.ends, client_context(), server_context());
                    std::string const data = pattern(size);
                    auto const there = rota::create_task(write_all, std::ref(line.ends.client), std::cref(data));
                    auto const back = rota::create_task(write_all, std::ref(line.ends.server), std::cref(data));
                    EXPECT_TRUE(co_await line.ends.server.read_exactly(size) == data);
                    EXPECT_TRUE(co_await line.ends.client.read_exactly(size) == data);
                    co_await there;
                    co_await back;
                    co_await close_both(line.ends);
                    co_await line.cut();
                }
            },
            seed);
    }
}

/// Everything that two ends do with each other, over a line that is cut after so many bytes.
coro<bool> session_over(std::size_t bytes) {
    middle line;
    line.cut_after = bytes;
    bool whole = true;
    auto take_part = [&](stream& end, rota::ssl_context context) -> coro<> {
        try {
            co_await rota::start_tls(end, context, rota::tls_options("localhost"));
            co_await end.write("some words\n");
            if (co_await end.read_line() != "some words\n") whole = false;
            co_await end.write_eof();
            if (co_await end.read_some() != "") whole = false;
        } catch (rota::system_error const&) {
            whole = false;
        }
        if (end) co_await end.close();
    };
    co_await rota::gather(take_part(line.ends.client, client_context()), take_part(line.ends.server, server_context()));
    co_await line.cut();
    co_return whole;
}

TEST(TlsConnection, CutOffAtAnyPointIsAnErrorAndNeverAnEnd) {
    run_simulated([]() -> coro<> {
        std::size_t bytes = 0;
        // Until it was long enough for all of it.
        for (; bytes < 20'000; bytes += 41) {
            bool const whole = co_await session_over(bytes);
            if (whole) break;
        }
        EXPECT_GT(bytes, 1500U);
        EXPECT_LT(bytes, 10'000U);
    });
}

}  // namespace
