#include <rota/net/server.hpp>

#include "net/net_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/task_factory.hpp>
#include <rota/core/with_cleanup.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;
using rota::server;
using rota::stream;

class Server : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, Server, testing::ValuesIn(all_engines()), name_of);

coro<> echo_line(stream peer) {
    co_await peer.write(co_await peer.read_line());
    co_await peer.close();
}

coro<> two_lines(stream peer) {
    co_await peer.write(co_await peer.read_line());
    co_await echo_line(std::move(peer));
}

coro<> until_eof(stream peer) { co_await peer.read(); }

TEST_P(Server, TellsWhereItListens) {
    run([]() -> coro<> {
        auto const server = co_await serve(echo_line);
        EXPECT_TRUE(server.is_serving());
        EXPECT_EQ(server.sockets().size(), 1U);
        EXPECT_EQ(server.sockets().front().host(), "127.0.0.1");
        EXPECT_NE(server.sockets().front().port(), 0);
        EXPECT_EQ(&server.get_loop(), &rota::running_loop());
    });
}

TEST_P(Server, NotStartedItHasItsAddressAndRefusesUntilItIs) {
    run([]() -> coro<> {
        rota::server_options options;
        options.start_serving = false;
        auto server = co_await rota::start_server(echo_line, "127.0.0.1", 0, options);
        auto const at = server.sockets().front();
        EXPECT_FALSE(server.is_serving());
        EXPECT_EQ(co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", at.port())),
                  "connect " + at.to_string() + ": Connection refused");
        server.start_serving();
        server.start_serving();
        EXPECT_TRUE(server.is_serving());
        auto client = co_await connect(server);
        co_await client.write("now\n");
        EXPECT_EQ(co_await client.read(), "now\n");
        server.close();
        EXPECT_FALSE(server.is_serving());
        EXPECT_THROW(server.start_serving(), rota::usage_error);
        co_await server.wait_closed();
    });
}

TEST_P(Server, NotStartedItMayBeClosedAndServeForeverStartsIt) {
    run([]() -> coro<> {
        rota::server_options options;
        options.start_serving = false;
        auto unused = co_await rota::start_server(echo_line, "127.0.0.1", 0, options);
        unused.close();
        co_await unused.wait_closed();
        auto server = co_await rota::start_server(echo_line, "127.0.0.1", 0, options);
        auto forever = [](rota::server& of) -> coro<> { co_await of.serve_forever(); };
        auto const serving = rota::create_task(forever(server));
        co_await rota::yield();
        EXPECT_TRUE(server.is_serving());
        auto client = co_await connect(server);
        co_await client.write("so\n");
        EXPECT_EQ(co_await client.read(), "so\n");
        server.close();
        co_await serving;
    });
}

TEST_P(Server, AnEmptyHostIsEveryAddress) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo_line, "", 0);
        auto client = co_await rota::open_connection("127.0.0.1", server.sockets().front().port());
        co_await client.write("x\n");
        EXPECT_EQ(co_await client.read(), "x\n");
    });
}

TEST_P(Server, AHandlerMayHaveState) {
    run([]() -> coro<> {
        auto const greeting = std::make_shared<std::string>("hello ");
        auto greet = [greeting](stream peer) -> coro<> {
            // The lambda lives as long as its tasks.
            co_await peer.write(*greeting + co_await peer.read_line());
        };
        auto server = co_await rota::start_server(greet, "127.0.0.1", 0);
        auto client = co_await connect(server);
        co_await rota::sleep(20ms);
        server = rota::server();
        co_await client.write("world\n");
        EXPECT_EQ(co_await client.read(), "hello world\n");
    });
}

TEST_P(Server, UnderAnEagerTaskFactoryAHandlerMayEndAtOnceAndBeCancelledInItsFirstStep) {
    run([]() -> coro<> {
        rota::running_loop().set_task_factory(rota::eager_task_factory);
        auto server = std::make_shared<rota::server>();
        bool end_at_once = true;
        auto handle = [&](stream) -> coro<> {
            if (end_at_once) co_return;
            server->close_clients();
            co_await rota::sleep(1h);
        };
        *server = co_await serve(handle);
        for (int i = 0; i < 3; ++i) {
            auto client = co_await connect(*server);
            EXPECT_EQ(co_await client.read(), "");
        }
        end_at_once = false;
        auto client = co_await connect(*server);
        EXPECT_EQ(co_await rota::with_timeout(10s, client.read()), "");
        server->close();
        co_await server->wait_closed();
    });
}

TEST_P(Server, CloseStopsAcceptingAndLeavesConnections) {
    run([]() -> coro<> {
        auto server = co_await serve(echo_line);
        auto const port = server.sockets().front().port();
        auto client = co_await connect(server);
        co_await rota::sleep(20ms);
        server.close();
        server.close();
        EXPECT_FALSE(server.is_serving());
        EXPECT_TRUE(server.sockets().empty());
        co_await client.write("still\n");
        EXPECT_EQ(co_await client.read(), "still\n");
        co_await server.wait_closed();
        co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", port));
    });
}

TEST_P(Server, ClosedItRefusesAtOnceAndAnotherMayListenThere) {
    run([]() -> coro<> {
        auto server = co_await serve(two_lines);
        auto const port = server.sockets().front().port();
        auto client = co_await connect(server);
        co_await client.write("accepted\n");
        EXPECT_EQ(co_await client.read_line(), "accepted\n");
        server.close();
        try {
            co_await rota::open_connection("127.0.0.1", port);
            ADD_FAILURE() << "nothing was thrown";
        } catch (rota::system_error const& error) {
            EXPECT_EQ(error.code(), std::errc::connection_refused) << error.what();
        }
        auto const next = co_await rota::start_server(echo_line, "127.0.0.1", port);
        auto another = co_await connect(next);
        co_await another.write("new\n");
        EXPECT_EQ(co_await another.read(), "new\n");
        co_await client.write("old\n");
        EXPECT_EQ(co_await client.read(), "old\n");
    });
}

TEST_P(Server, WaitClosedWaitsForTheHandlers) {
    run([]() -> coro<> {
        auto server = co_await serve(until_eof);
        auto client = co_await connect(server);
        auto wait = [](rota::server& of) -> coro<> { co_await of.wait_closed(); };
        auto const first = rota::create_task(wait(server));
        auto const second = rota::create_task(wait(server));
        co_await rota::sleep(20ms);
        EXPECT_FALSE(first.done());
        server.close();
        co_await rota::sleep(20ms);
        EXPECT_FALSE(first.done());
        co_await client.close();
        co_await first;
        co_await second;
        co_await server.wait_closed();
    });
}

TEST_P(Server, CloseClientsCancelsTheHandlers) {
    run([]() -> coro<> {
        int cancelled = 0;
        auto note = [&](stream peer) -> coro<> {
            try {
                co_await peer.read();
            } catch (rota::cancelled_error const&) {
                ++cancelled;
                throw;
            }
        };
        auto server = co_await rota::start_server(note, "127.0.0.1", 0);
        std::vector<stream> clients;
        for (int i = 0; i < 5; ++i) clients.push_back(co_await connect(server));
        co_await rota::sleep(20ms);
        server.close();
        server.close_clients();
        co_await server.wait_closed();
        EXPECT_EQ(cancelled, 5);
        for (auto& each : clients) EXPECT_EQ(co_await each.read(), "");
    });
}

TEST_P(Server, AbortClientsCutsTheirConnectionsAndLeavesTheHandlersAlone) {
    run([]() -> coro<> {
        std::vector<std::string> told;
        auto note = [&](stream peer) -> coro<> {
            auto const wanted = "receive from " + peer.peer_name() + ": Software caused connection abort";
            try {
                co_await peer.read();
            } catch (rota::system_error const& error) {
                EXPECT_EQ(error.what(), wanted);
                told.emplace_back(error.what());
            }
            try {
                co_await peer.write("too late");
            } catch (rota::system_error const& error) {
                EXPECT_EQ(error.code(), std::errc::connection_aborted) << error.what();
                told.emplace_back(error.what());
            }
            co_await peer.close();
            EXPECT_EQ(rota::current_task().cancelling(), 0U);
        };
        auto server = co_await rota::start_server(note, "127.0.0.1", 0);
        std::vector<stream> clients;
        for (int i = 0; i < 3; ++i) clients.push_back(co_await connect(server));
        co_await rota::sleep(20ms);
        server.abort_clients();
        server.abort_clients();
        for (auto& each : clients) EXPECT_EQ(co_await rota::with_timeout(10s, each.read()), "");
        EXPECT_TRUE(server.is_serving());
        auto another = co_await connect(server);
        co_await rota::sleep(20ms);
        EXPECT_EQ(told.size(), 6U);
        co_await another.close();
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(Server, ClosedBeforeItsFirstTurnEnds) {
    run([]() -> coro<> {
        auto server = co_await serve(echo_line);
        server.close();
        co_await server.wait_closed();
    });
}

TEST_P(Server, DroppedItStopsAccepting) {
    run([]() -> coro<> {
        auto server = co_await serve(echo_line);
        auto const port = server.sockets().front().port();
        server = rota::server();
        co_await rota::sleep(20ms);
        co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", port));
        EXPECT_THROW((void)server.sockets(), rota::usage_error);
    });
}

TEST_P(Server, ServeForeverEndsWhenSomebodyClosesIt) {
    run([]() -> coro<> {
        auto server = co_await serve(echo_line);
        auto forever = [](rota::server& of) -> coro<> { co_await of.serve_forever(); };
        auto const serving = rota::create_task(forever(server));
        co_await rota::sleep(20ms);
        EXPECT_FALSE(serving.done());
        server.close();
        co_await serving;
        co_await server.serve_forever();
    });
}

TEST_P(Server, ServeForeverCancelledClosesAndCancelsItsHandlersAndWaitsForThem) {
    run([]() -> coro<> {
        bool cleaned_up = false;
        auto slow_to_end = [&](stream peer) -> coro<> {
            auto cleanup = [&]() -> coro<> {
                co_await rota::sleep(30ms);
                cleaned_up = true;
            };
            co_await rota::with_cleanup(peer.read(), cleanup);
        };
        auto server = co_await rota::start_server(slow_to_end, "127.0.0.1", 0);
        auto const port = server.sockets().front().port();
        auto forever = [](rota::server& of) -> coro<> { co_await of.serve_forever(); };
        auto const serving = rota::create_task(forever(server));
        auto client = co_await connect(server);
        co_await rota::sleep(20ms);
        serving.cancel();
        while (!serving.done()) co_await rota::sleep(1ms);
        EXPECT_TRUE(serving.cancelled());
        EXPECT_TRUE(cleaned_up);
        EXPECT_EQ(co_await client.read(), "");
        co_await what_of<rota::system_error>(rota::open_connection("127.0.0.1", port));
    });
}

TEST_P(Server, AnErrorOfAHandlerReachesTheExceptionHandlerAndTheServerGoesOn) {
    run([]() -> coro<> {
        reports told;
        auto fail = [](stream) -> coro<> {
            throw std::runtime_error("no idea");
            co_return;
        };
        auto server = co_await rota::start_server(fail, "127.0.0.1", 0);
        for (int i = 0; i < 2; ++i) {
            auto client = co_await connect(server);
            EXPECT_EQ(co_await client.read(), "");
            EXPECT_EQ(told.told.size(), static_cast<std::size_t>(i + 1));
            EXPECT_EQ(told.told.back(),
                      "the handler of the connection from " + client.local_address().to_string() + " threw | no idea");
        }
    });
}

TEST_P(Server, TheAddressInUseIsNamed) {
    run([]() -> coro<> {
        auto server = co_await serve(echo_line);
        auto const at = server.sockets().front();
        EXPECT_EQ(co_await what_of<rota::system_error>(rota::start_server(echo_line, "127.0.0.1", at.port())),
                  "bind " + at.to_string() + ": Address already in use");
    });
}

TEST_P(Server, ListensAtSeveralAddresses) {
    run([]() -> coro<> {
        std::vector<std::string> const hosts = {"127.0.0.1", "127.0.0.2", "127.0.0.1"};
        auto server = co_await rota::start_server(echo_line, hosts, 0);
        EXPECT_EQ(server.sockets().size(), 2U);
        for (auto const& at : server.sockets()) {
            auto client = co_await rota::open_connection(at.host(), at.port());
            co_await client.write("x\n");
            EXPECT_EQ(co_await client.read(), "x\n");
        }
        auto const taken = server.sockets();
        // All or none: of the free address nothing stays.
        std::vector<rota::socket_address> both = {rota::socket_address::from_literal("127.0.0.3", 0), taken.front()};
        co_await what_of<rota::system_error>(rota::start_server(echo_line, both));
        server.close();
        co_await server.wait_closed();
        auto const again = co_await rota::start_server(echo_line, taken);
        EXPECT_EQ(again.sockets(), taken);
        co_await what_of<rota::usage_error>(rota::start_server(echo_line, std::vector<std::string>(), 0));
    });
}

TEST_P(Server, TwoShareAnAddressWhereBothAskForIt) {
    run([]() -> coro<> {
        rota::server_options shared;
        shared.reuse_port = true;
        shared.keep_alive = true;
        auto first = co_await rota::start_server(echo_line, "127.0.0.1", 0, shared);
        auto const at = first.sockets();
        auto second = co_await rota::start_server(echo_line, at, shared);
        EXPECT_EQ(second.sockets(), at);
        first.close();
        co_await first.wait_closed();
        auto client = co_await connect(second);
        co_await client.write("x\n");
        EXPECT_EQ(co_await client.read(), "x\n");
    });
}

TEST_P(Server, RunEndsWhatItLeaves) {
    bool cancelled = false;
    run([&]() -> coro<> {
        auto note = [&](stream peer) -> coro<> {
            try {
                co_await peer.read();
            } catch (rota::cancelled_error const&) {
                cancelled = true;
                throw;
            }
        };
        auto server = co_await rota::start_server(note, "127.0.0.1", 0);
        auto const client = std::make_shared<stream>(co_await connect(server));
        co_await rota::sleep(20ms);
        auto keep = [](std::shared_ptr<stream>) -> coro<> { co_await rota::sleep(1h); };
        rota::create_task(keep, client);
        // The server and a client are left to run's end.
        auto keep_server = [](rota::server of) -> coro<> { co_await of.serve_forever(); };
        rota::create_task(keep_server(std::move(server)));
        co_await rota::yield();
    });
    EXPECT_TRUE(cancelled);
}

TEST_P(Server, ServesAThousandConnectionsAtOnce) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    run([]() -> coro<> {
        constexpr int many = 1000;
        int connected = 0;
        int most = 0;
        auto count = [&](stream peer) -> coro<> {
            most = std::max(most, ++connected);
            co_await peer.write(co_await peer.read_line());
            --connected;
        };
        auto server = co_await rota::start_server(count, "127.0.0.1", 0);
        auto const port = server.sockets().front().port();
        int right = 0;
        auto ask = [&](int number) -> coro<> {
            auto client = co_await rota::open_connection("127.0.0.1", port);
            while (connected < many && most < many) co_await rota::sleep(1ms);
            auto const line = std::to_string(number) + "\n";
            co_await client.write(line);
            if (co_await client.read() == line) ++right;
        };
        std::vector<rota::task<>> asking;
        for (int i = 0; i < many; ++i) asking.push_back(rota::create_task(ask(i)));
        for (auto const& each : asking) co_await each;
        EXPECT_EQ(right, many);
        EXPECT_EQ(most, many);
    });
}

}  // namespace
