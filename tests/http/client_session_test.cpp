#include <rota/http/client_session.hpp>

#include "http/scripted_server.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/gather.hpp>
#include <rota/core/run.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using rota::http::client_options;
using rota::http::client_session;
using rota::http::get_options;
using rota::http::url;
using tests::reply;
using tests::scripted_server;

// The parameter is a seed of the simulation; 0 delivers what is written whole and at once.
class ClientSession : public ::testing::TestWithParam<std::uint64_t> {
protected:
    void run(std::function<rota::coro<>(scripted_server&)> const& test, tests::script script) {
        rota::engine_options engine(rota::engine_kind::simulated);
        engine.seed = GetParam();
        auto const main = [&]() -> rota::coro<> {
            scripted_server server(script);
            co_await server.start();
            co_await test(server);
            co_await server.stop();
        };
        rota::run(rota::runner_options(engine), main());
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, ClientSession, ::testing::Values(0, 1, 2, 3, 4, 5));

class PromptClientSession : public ClientSession {};

INSTANTIATE_TEST_SUITE_P(Seed, PromptClientSession, ::testing::Values(0));

std::string sized(std::string const& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

rota::coro<std::string> body_of(client_session& session, url address, get_options options = {}) {
    auto answer = co_await session.get(std::move(address), options);
    co_return co_await answer.read();
}

// The text of the E that a get ends with.
template <class E>
rota::coro<std::string> error_of(client_session& session, url address, get_options options = {}) {
    try {
        co_return "no error but: " + co_await body_of(session, std::move(address), options);
    } catch (E const& error) {
        co_return error.what();
    }
}

TEST_P(ClientSession, GivesStatusFieldsAndBody) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        auto answer = co_await session.get(server.at("/a?b"));
        EXPECT_EQ(answer.status(), 404);
        EXPECT_EQ(answer.head().reason, "Not Here");
        EXPECT_EQ(answer.head().fields.find("X"), "y");
        EXPECT_EQ(answer.content_length(), 5U);
        EXPECT_EQ(co_await answer.read(), "hello");
        EXPECT_EQ(co_await answer.read_some(), "");
        EXPECT_EQ(server.requests.at(0), "GET /a?b HTTP/1.1\r\nHost: " + server.at("/").host_field() +
                                             "\r\nUser-Agent: rota/0.1\r\nAccept: */*\r\n"
                                             "Accept-Encoding: identity\r\n\r\n");
    };
    run(test, [](scripted_server const&) {
        return reply("HTTP/1.1 404 Not Here\r\nX: y\r\nContent-Length: 5\r\n\r\nhello");
    });
}

TEST_P(ClientSession, TakesAUrlAsTextInEachForm) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        std::string const base = server.at("/").to_string();
        auto of_string = co_await session.get(base + "a");
        EXPECT_EQ(co_await of_string.read(), "hello");
        std::string_view const view = base;
        auto of_view = co_await session.get(view, get_options());
        EXPECT_EQ(co_await of_view.read(), "hello");
        auto of_literal = co_await session.get(base.c_str());
        EXPECT_EQ(co_await of_literal.read(), "hello");
        // It keeps a copy of the text until it is awaited.
        auto later = rota::create_task(session.get(base + std::string(100, 'x')));
        EXPECT_EQ((co_await std::move(later)).status(), 200);
        EXPECT_TRUE(server.requests.at(3).starts_with("GET /" + std::string(100, 'x') + " "));
    };
    run(test, [](scripted_server const&) { return reply(sized("hello")); });
}

TEST_P(PromptClientSession, TextThatIsNoUrlIsAnErrorOfTheAwait) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        auto wrong = session.get("ftp://a/");
        std::string said;
        std::string parsed;
        try {
            co_await std::move(wrong);
        } catch (rota::http::url_error const& error) {
            said = error.what();
        }
        try {
            url::parse("ftp://a/");
        } catch (rota::http::url_error const& error) {
            parsed = error.what();
        }
        EXPECT_EQ(said, parsed);
        EXPECT_NE(said, "");
        EXPECT_EQ(server.connections, 0U);
    };
    run(test, [](scripted_server const&) { return reply(sized("hello")); });
}

TEST_P(ClientSession, LargeBodiesComeWholeInEachForm) {
    std::string body;
    for (int i = 0; i < 40000; ++i) body += std::to_string(i) + ' ';
    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 0x3039) {
        auto const part = body.substr(at, 0x3039);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        chunked += size + part + "\r\n";
    }
    chunked += "0\r\n\r\n";
    auto const test = [&](scripted_server& server) -> rota::coro<> {
        client_session session;
        for (char const* path : {"/sized", "/chunked", "/to-the-end"}) {
            auto const got = co_await body_of(session, server.at(path));
            EXPECT_TRUE(got == body) << path << ": " << got.size() << " of " << body.size() << " bytes";
        }
        EXPECT_EQ(server.connections, 1U);
    };
    run(test, [&](scripted_server const& server) {
        auto const& request = server.requests.back();
        if (request.starts_with("GET /sized ")) return reply(sized(body));
        if (request.starts_with("GET /chunked ")) return reply(chunked);
        return reply("HTTP/1.1 200 OK\r\n\r\n" + body, reply::then::close);
    });
}

TEST_P(ClientSession, UsesAConnectionAgainWhenTheBodyWasReadToItsEnd) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        for (int i = 0; i < 5; ++i) EXPECT_EQ(co_await body_of(session, server.at("/")), "hello");
        EXPECT_EQ(server.connections, 1U);
        EXPECT_EQ(server.requests.size(), 5U);
        EXPECT_EQ(session.idle_connections(), 1U);
    };
    run(test, [](scripted_server const&) { return reply(sized("hello")); });
}

TEST_P(ClientSession, ClosesAConnectionWhoseBodyWasNotReadToItsEnd) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        {
            auto const answer = co_await session.get(server.at("/"));
            EXPECT_EQ(answer.status(), 200);
        }
        EXPECT_EQ(session.idle_connections(), 0U);
        EXPECT_EQ((co_await body_of(session, server.at("/"))).size(), 100000U);
        EXPECT_EQ(server.connections, 2U);
    };
    run(test, [](scripted_server const&) { return reply(sized(std::string(100000, 'x'))); });
}

TEST_P(ClientSession, DoesNotUseAgainWhatTheServerWillClose) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        for (int i = 0; i < 2; ++i) EXPECT_EQ(co_await body_of(session, server.at("/")), "hello");
        EXPECT_EQ(server.connections, 2U);
        EXPECT_EQ(session.idle_connections(), 0U);
    };
    run(test, [](scripted_server const&) {
        return reply("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    });
}

TEST_P(ClientSession, AsksOnceMoreWhereAKeptConnectionEndsWithoutAnAnswer) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        EXPECT_EQ(co_await body_of(session, server.at("/first")), "hello");
        EXPECT_EQ(co_await body_of(session, server.at("/second")), "hello");
        EXPECT_EQ(server.connections, 2U);
        EXPECT_EQ(server.requests.size(), 3U);
    };
    run(test, [](scripted_server const& server) {
        return server.requests.size() == 2 ? reply("", reply::then::close) : reply(sized("hello"));
    });
}

TEST_P(ClientSession, AsksOnceMoreWhereAKeptConnectionWasClosedMeanwhile) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        EXPECT_EQ(co_await body_of(session, server.at("/first")), "hello");
        co_await rota::sleep(1s);
        EXPECT_EQ(co_await body_of(session, server.at("/second")), "hello");
        EXPECT_EQ(server.connections, 2U);
    };
    run(test, [](scripted_server const&) { return reply(sized("hello"), reply::then::close); });
}

TEST_P(ClientSession, AsksOnlyOnceOnANewConnection) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        EXPECT_EQ(co_await error_of<rota::http::truncated_error>(session, server.at("/")),
                  "the server closed the connection without an answer");
        EXPECT_EQ(server.connections, 1U);
    };
    run(test, [](scripted_server const&) { return reply("", reply::then::close); });
}

TEST_P(ClientSession, AsksOnlyOnceWhereAnAnswerHadBegun) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        EXPECT_EQ(co_await body_of(session, server.at("/first")), "hello");
        EXPECT_EQ(co_await error_of<rota::http::truncated_error>(session, server.at("/second")),
                  "the connection ended within the header fields");
        EXPECT_EQ(server.requests.size(), 2U);
    };
    run(test, [](scripted_server const& server) {
        return server.requests.size() == 2 ? reply("HTTP/1.1 2", reply::then::close) : reply(sized("hello"));
    });
}

TEST_P(ClientSession, KeepsNoMoreConnectionsThanItIsToldAndNoLonger) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_options options;
        options.max_idle = 2;
        options.keep_alive = 10s;
        client_session session(options);
        co_await rota::gather(body_of(session, server.at("/a")), body_of(session, server.at("/b")),
                              body_of(session, server.at("/c")));
        EXPECT_EQ(server.connections, 3U);
        EXPECT_EQ(session.idle_connections(), 2U);
        co_await rota::sleep(11s);
        EXPECT_EQ(co_await body_of(session, server.at("/d")), "hello");
        EXPECT_EQ(server.connections, 4U);
        EXPECT_EQ(session.idle_connections(), 1U);
    };
    run(test, [](scripted_server const&) { return reply(sized("hello")); });
}

TEST_P(ClientSession, TheTimeoutIsForTheWholeRequest) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        get_options options;
        options.timeout = 2s;
        auto const started = rota::clock::now();
        EXPECT_EQ(co_await error_of<rota::timeout_error>(session, server.at("/silent"), options), "timed out");
        EXPECT_GE(rota::clock::now() - started, 2s);
        EXPECT_LT(rota::clock::now() - started, 2100ms);

        // Each part comes in time, all of it does not.
        auto answer = co_await session.get(server.at("/slow"), options);
        std::string got;
        auto const read_on = [&]() -> rota::coro<> {
            while (true) got += co_await answer.read_some();
        };
        EXPECT_THROW(co_await read_on(), rota::timeout_error);
        EXPECT_GE(got.size(), 1U);
        EXPECT_LE(got.size(), 3U);
        EXPECT_EQ(session.idle_connections(), 0U);
    };
    run(test, [](scripted_server const& server) {
        if (server.requests.back().starts_with("GET /silent ")) return reply("", reply::then::hang);
        return reply("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", reply::then::drip);
    });
}

TEST_P(ClientSession, ABodyThatIsTooLargeIsRefusedBeforeItIsReadOrWhenItHasGrown) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        get_options options;
        options.max_body = 10;
        auto const told = "the body is larger than the 10 bytes that are allowed";
        EXPECT_EQ(co_await body_of(session, server.at("/10"), options), "0123456789");
        EXPECT_EQ(co_await error_of<rota::http::body_too_large_error>(session, server.at("/announced"), options), told);
        EXPECT_EQ(co_await error_of<rota::http::body_too_large_error>(session, server.at("/grows"), options), told);
    };
    run(test, [](scripted_server const& server) {
        auto const& request = server.requests.back();
        if (request.starts_with("GET /10 ")) return reply(sized("0123456789"));
        if (request.starts_with("GET /announced ")) return reply("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n");
        return reply("HTTP/1.1 200 OK\r\n\r\n0123456789+", reply::then::drip);
    });
}

TEST_P(ClientSession, SaysWhatWasWrong) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        EXPECT_EQ(co_await error_of<rota::http::protocol_error>(session, server.at("/odd")),
                  "the answer is not HTTP: it begins with 'SSH-2.0'");
        EXPECT_EQ(co_await error_of<rota::http::truncated_error>(session, server.at("/short")),
                  "the connection ended after 4 of 5 bytes");
        EXPECT_EQ(session.idle_connections(), 0U);
    };
    run(test, [](scripted_server const& server) {
        if (server.requests.back().starts_with("GET /odd ")) return reply("SSH-2.0\r\n");
        return reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", reply::then::close);
    });
}

TEST_P(ClientSession, ARefusedConnectionSaysTo) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        auto const address = server.at("/");
        co_await server.stop();
        client_session session;
        auto const told = co_await error_of<rota::system_error>(session, address);
        EXPECT_NE(told.find(address.host_field()), told.npos) << told;
        EXPECT_NE(told.find("Connection refused"), told.npos) << told;
    };
    run(test, [](scripted_server const&) { return reply(""); });
}

TEST_P(ClientSession, ACancelClosesTheConnectionInUse) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        for (char const* path : {"/silent", "/slow"}) {
            auto asking = rota::create_task(body_of(session, server.at(path)));
            co_await rota::sleep(1s);
            EXPECT_EQ(server.open, 1U);
            asking.cancel();
            EXPECT_THROW(co_await asking, rota::cancelled_error);
            co_await rota::sleep(5s);
            EXPECT_EQ(server.open, 0U) << path;
            EXPECT_EQ(session.idle_connections(), 0U);
        }
    };
    run(test, [](scripted_server const& server) {
        if (server.requests.back().starts_with("GET /silent ")) return reply("", reply::then::hang);
        return reply("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", reply::then::drip);
    });
}

TEST_P(ClientSession, AResponseMayOutliveItsSession) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        auto session = std::make_unique<client_session>();
        auto answer = co_await session->get(server.at("/"));
        session.reset();
        EXPECT_EQ(co_await answer.read(), "hello");
        co_await rota::sleep(1s);
        EXPECT_EQ(server.open, 0U) << "nobody is left to keep it for";
    };
    run(test, [](scripted_server const&) { return reply(sized("hello")); });
}

// Without latencies, so that what has come is there when the kernel is asked.
TEST_P(PromptClientSession, NeverTakesWhatCameBehindAResponseForTheNextOne) {
    auto const test = [](scripted_server& server) -> rota::coro<> {
        client_session session;
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(co_await body_of(session, server.at("/right")), "right");
            co_await rota::sleep(3s);
        }
        EXPECT_EQ(server.connections, 3U);
    };
    run(test, [](scripted_server const& server) {
        // The third says nothing more until it is asked again.
        if (server.requests.size() == 1) return reply(sized("right") + sized("wrong"));
        return reply(sized("right"), server.requests.size() == 2 ? reply::then::drip : reply::then::wait_for_the_next);
    });
}

}  // namespace
