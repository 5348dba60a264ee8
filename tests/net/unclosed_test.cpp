#include <rota/core/debug.hpp>

#include "net/net_kit.hpp"

#include <rota/core/sleep.hpp>
#include <rota/io/memory_stream.hpp>

#include <optional>
#include <stdexcept>
#include <thread>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

class Unclosed : public testing::Test {
protected:
    void SetUp() override { rota::set_debug_mode(true); }
    void TearDown() override { rota::set_debug_mode(before_); }

    template <class Main>
    static void run(Main main) {
        rota::run(rota::runner_options(rota::engine_kind::simulated), std::move(main));
    }

private:
    bool before_ = rota::debug_mode();
};

coro<> close_at_once(stream peer) { co_await peer.close(); }

coro<> end(rota::server& server) {
    server.close();
    co_await server.wait_closed();
}

TEST_F(Unclosed, AStreamThatIsDroppedIsReportedWithItsPeerAndWhereItWasOpened) {
    run([]() -> coro<> {
        reports const heard;
        auto server = co_await serve(close_at_once);
        auto const peer = server.sockets().front().to_string();
        constexpr int opened_at = __LINE__ + 1;
        std::optional<stream> client(co_await connect(server));
        client.reset();
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told) {
            EXPECT_NE(told.find("debug: a stream, of " + peer + ", was dropped without a close"), std::string::npos)
                << told;
            EXPECT_NE(told.find("made by Task-1"), std::string::npos) << told;
            EXPECT_NE(told.find("unclosed_test.cpp:" + std::to_string(opened_at)), std::string::npos) << told;
        }
        co_await end(server);
    });
}

TEST_F(Unclosed, AServerThatIsDroppedIsReportedWithItsAddress) {
    run([]() -> coro<> {
        reports const heard;
        std::string address;
        {
            auto const server = co_await serve(close_at_once);
            address = server.sockets().front().to_string();
        }
        co_await rota::yield();
        EXPECT_EQ(heard.told.size(), 1U);
        for (auto const& told : heard.told)
            EXPECT_NE(told.find("debug: a server at " + address + " was dropped without a close"), std::string::npos)
                << told;
    });
}

TEST_F(Unclosed, WhatIsClosedOrMayBeDroppedOrHasNoSocketIsNotReported) {
    run([]() -> coro<> {
        reports const heard;
        auto server = co_await serve(close_at_once);
        auto const port = server.sockets().front().port();
        {
            auto closed = co_await connect(server);
            co_await closed.close();
            rota::connection_options options;
            options.stream.may_be_dropped = true;
            auto const droppable = co_await rota::open_connection("127.0.0.1", port, options);
            auto const in_memory = rota::memory_stream_pair();
        }
        co_await end(server);
        co_await rota::yield();
        EXPECT_EQ(heard.told, std::vector<std::string>());
    });
}

TEST_F(Unclosed, AStreamThatAnErrorUnwindsIsNotReported) {
    run([]() -> coro<> {
        reports const heard;
        auto server = co_await serve(close_at_once);
        auto const fails = [&]() -> coro<> {
            auto const client = co_await connect(server);
            throw std::runtime_error("it failed");
        };
        try {
            co_await fails();
            ADD_FAILURE() << "nothing was thrown";
        } catch (std::runtime_error const&) {}
        co_await end(server);
        co_await rota::yield();
        EXPECT_EQ(heard.told, std::vector<std::string>());
    });
}

TEST_F(Unclosed, CallsFromAnotherThreadAreUsageErrors) {
    run([]() -> coro<> {
        auto server = co_await serve(close_at_once);
        auto client = co_await connect(server);
        int refused = 0;
        auto const try_all = [&] {
            try {
                (void)client.buffered();
            } catch (rota::usage_error const&) {
                ++refused;
            }
            try {
                server.close();
            } catch (rota::usage_error const&) {
                ++refused;
            }
        };
        std::thread(try_all).join();
        EXPECT_EQ(refused, 2);
        EXPECT_TRUE(server.is_serving());
        co_await client.close();
        co_await end(server);
    });
}

}  // namespace
