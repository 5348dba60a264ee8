#include <rota/net/with_server.hpp>

#include "net/net_kit.hpp"

#include <rota/combine/timeout.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_cleanup.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace {

using namespace net_kit;
using namespace std::chrono_literals;
using rota::coro;
using rota::server;
using rota::stream;

class WithServer : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, WithServer, testing::ValuesIn(all_engines()), name_of);

// How many handlers there are. One that ends takes a little while for it.
struct guests {
    int here = 0;

    coro<> receive(stream peer) {
        ++here;
        auto const leave = [this]() -> coro<> {
            co_await rota::sleep(1ms);
            --here;
        };
        co_await rota::with_cleanup(stay(peer), leave);
    }
    coro<server> open() {
        return rota::start_server([this](stream peer) { return receive(std::move(peer)); }, "127.0.0.1", 0);
    }

private:
    static coro<> stay(stream& peer) {
        co_await peer.write("!");
        co_await peer.read();
    }
};

coro<stream> enter(server const& at) {
    auto client = co_await connect(at);
    co_await client.read_exactly(1);
    co_return client;
}

coro<bool> is_refused(rota::socket_address at) {
    auto const said = co_await what_of<rota::system_error>(rota::open_connection(at.host(), at.port()));
    co_return said.find("refused") != std::string::npos;
}

TEST_P(WithServer, ClosesItAndAwaitsItsHandlersAndGivesWhatTheBodyGives) {
    run([]() -> coro<> {
        guests inside;
        stream client;
        rota::socket_address at;
        auto const body = [&](server& listening) -> coro<int> {
            at = listening.sockets().front();
            client = co_await enter(listening);
            EXPECT_EQ(inside.here, 1);
            co_return 7;
        };
        int const given = co_await rota::with_server(inside.open(), body);
        EXPECT_EQ(given, 7);
        EXPECT_EQ(inside.here, 0);
        EXPECT_TRUE(co_await is_refused(at));
        co_await client.close();
    });
}

TEST_P(WithServer, LeavesNoHandlerWhereTheBodyThrows) {
    run([]() -> coro<> {
        guests inside;
        stream client;
        auto const body = [&](server& listening) -> coro<> {
            client = co_await enter(listening);
            throw std::runtime_error("body");
        };
        EXPECT_EQ(co_await what_of<std::runtime_error>(rota::with_server(inside.open(), body)), "body");
        EXPECT_EQ(inside.here, 0);
        co_await client.close();
    });
}

TEST_P(WithServer, LeavesNoHandlerWhereTheBodyIsCancelledAndOnceMoreAtItsEnd) {
    run([]() -> coro<> {
        guests inside;
        stream client;
        auto const body = [&](server& listening) -> coro<> {
            client = co_await enter(listening);
            co_await rota::sleep(1h);
        };
        auto task = rota::create_task(rota::with_server(inside.open(), body));
        while (!client) co_await rota::sleep(1ms);
        task.cancel();
        co_await rota::yield();
        task.cancel();
        bool cancelled = false;
        try {
            co_await task;
        } catch (rota::cancelled_error const&) {
            cancelled = true;
        }
        EXPECT_TRUE(cancelled);
        EXPECT_EQ(inside.here, 0);
        co_await client.close();
    });
}

TEST_P(WithServer, ServesUntilATimeOut) {
    run([]() -> coro<> {
        guests inside;
        auto const serve = [](server& listening) -> coro<> { co_await listening.serve_forever(); };
        bool timed_out = false;
        try {
            co_await rota::with_timeout(20ms, rota::with_server(inside.open(), serve));
        } catch (rota::timeout_error const&) {
            timed_out = true;
        }
        EXPECT_TRUE(timed_out);
    });
}

TEST_P(WithServer, TakesAServerThatIsThereAndArgumentsForTheBody) {
    run([]() -> coro<> {
        guests inside;
        auto listening = co_await inside.open();
        auto const at = listening.sockets().front();
        auto const body = [](server& its, int number) -> coro<int> {
            EXPECT_TRUE(its.is_serving());
            co_return number;
        };
        int const given = co_await rota::with_server(std::move(listening), body, 3);
        EXPECT_EQ(given, 3);
        EXPECT_TRUE(co_await is_refused(at));
    });
}

TEST_P(WithServer, EndsAServerThatTheBodyHasClosedOrMovedAway) {
    run([]() -> coro<> {
        guests inside;
        stream client;
        auto const closes = [](server& listening) -> coro<> {
            listening.close();
            co_await listening.wait_closed();
        };
        co_await rota::with_server(inside.open(), closes);
        server elsewhere;
        auto const moves = [&](server& listening) -> coro<> {
            client = co_await enter(listening);
            elsewhere = std::move(listening);
        };
        co_await rota::with_server(inside.open(), moves);
        EXPECT_FALSE(elsewhere.is_serving());
        EXPECT_EQ(inside.here, 0);
        co_await client.close();
    });
}

TEST_P(WithServer, LeavesAnErrorOfTheStartToItsCallerAndRefusesAnEmptyServer) {
    run([]() -> coro<> {
        bool entered = false;
        auto const body = [&](server&) -> coro<> {
            entered = true;
            co_return;
        };
        guests inside;
        auto first = co_await inside.open();
        rota::server_options options;
        auto const handle = [](stream) -> coro<> { co_return; };
        auto again = rota::start_server(handle, "127.0.0.1", first.sockets().front().port(), options);
        auto const said = co_await what_of<rota::system_error>(rota::with_server(std::move(again), body));
        EXPECT_NE(said.find("in use"), std::string::npos) << said;
        EXPECT_THROW((void)rota::with_server(server(), body), rota::usage_error);
        EXPECT_FALSE(entered);
        first.close();
        co_await first.wait_closed();
    });
}

}  // namespace
