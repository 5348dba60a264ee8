// Messages to and from protocols, on every engine.
#include <rota/net/datagram_transport.hpp>

#include "net/net_kit.hpp"
#include "net/protocol_kit.hpp"
#include "net/unix_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace net_kit;
using namespace std::chrono_literals;
using rota::coro;
using rota::socket_address;
using strings = std::vector<std::string>;

class DatagramTransport : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, DatagramTransport, testing::ValuesIn(all_engines()), name_of);

/// Writes down its calls, and does what a test has put into `on_...` beside.
class listener : public rota::datagram_protocol {
public:
    std::vector<std::string> calls;
    socket_address last_from;
    rota::datagram_transport transport;
    std::function<void()> on_made, on_data, on_resume;

    void connection_made(rota::datagram_transport const& made) override {
        transport = made;
        note("made", on_made);
    }
    void datagram_received(std::string_view data, socket_address const& from) override {
        last_from = from;
        note("got " + std::string(data), on_data);
    }
    void error_received(std::exception_ptr error) override { note("error: " + text_of(error), {}); }
    void pause_writing() override { note("pause", {}); }
    void resume_writing() override { note("resume", on_resume); }
    void connection_lost(std::exception_ptr error) override { note("lost" + (error ? text_of(error) : ""), {}); }

    bool was(std::string_view call) const { return std::ranges::count(calls, call) != 0; }

private:
    static std::string text_of(std::exception_ptr const& error) {
        try {
            std::rethrow_exception(error);
        } catch (rota::system_error const& of_socket) {
            return of_socket.code().message();
        } catch (std::exception const& other) {
            return other.what();
        }
    }
    void note(std::string call, std::function<void()> const& also) {
        calls.push_back(std::move(call));
        if (also) also();
    }
};

using endpoint = rota::datagram_endpoint<listener>;

coro<endpoint> at_loopback() {
    co_return co_await rota::create_datagram_endpoint([] { return std::make_shared<listener>(); },
                                                      socket_address::from_literal("127.0.0.1", 0));
}
coro<endpoint> connected_to(socket_address peer) {
    co_return co_await rota::create_datagram_endpoint([] { return std::make_unique<listener>(); }, socket_address(),
                                                      peer);
}

coro<> close_both(endpoint const& a, endpoint const& b) {
    a.transport.close();
    b.transport.close();
    co_await until([&] { return a.protocol->was("lost") && b.protocol->was("lost"); });
}

std::ptrdiff_t open_descriptors() {
    auto const listed = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(listed), end(listed));
}

TEST_P(DatagramTransport, MessagesKeepTheirBoundsAndSayWhoSentThem) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        EXPECT_EQ(server.protocol->calls, strings{"made"});
        server.protocol->on_data = [&] { server.transport.sendto("answer", server.protocol->last_from); };
        auto const client = co_await connected_to(server.transport.local_address());
        EXPECT_EQ(client.transport.peer_address(), server.transport.local_address());
        client.transport.sendto("question");
        co_await until([&] { return client.protocol->was("got answer"); });
        client.transport.sendto("");
        co_await until([&] { return server.protocol->was("got "); });
        EXPECT_EQ(server.protocol->last_from, client.transport.local_address());
        co_await close_both(server, client);
        EXPECT_EQ(server.protocol->calls, (strings{"made", "got question", "got ", "lost"}));
    });
}

TEST_P(DatagramTransport, CloseSendsWhatWaitsAndLaterOnesAreDropped) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        for (int number = 0; number < 20; ++number) client.transport.sendto("message");
        EXPECT_EQ(client.transport.get_write_buffer_size(), 140U);
        client.transport.close();
        EXPECT_TRUE(client.transport.is_closing());
        client.transport.sendto("too late");
        EXPECT_FALSE(client.protocol->was("lost"));
        co_await until([&] { return client.protocol->was("lost"); });
        EXPECT_EQ(client.transport.get_write_buffer_size(), 0U);
        EXPECT_EQ(client.transport.get_protocol(), nullptr);
        co_await until([&] { return server.protocol->calls.size() == 21; });
        client.transport.sendto("dropped");
        client.transport.close();
        client.transport.abort();
        co_await close_both(server, client);
        EXPECT_EQ(client.protocol->calls, (strings{"made", "lost"}));
        EXPECT_FALSE(server.protocol->was("got too late"));
    });
}

TEST_P(DatagramTransport, AbortDropsWhatWaitsAndNeverResumes) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        client.transport.set_write_buffer_limits({0, 1});
        client.transport.sendto("dropped");
        client.transport.abort();
        co_await until([&] { return client.protocol->was("lost"); });
        EXPECT_EQ(client.protocol->calls, (strings{"made", "pause", "lost"}));
        co_await close_both(server, client);
        EXPECT_EQ(server.protocol->calls, (strings{"made", "lost"}));
    });
}

TEST_P(DatagramTransport, AboveTheUpperLimitTheProtocolIsPausedAndBelowTheLowerOneItGoesOn) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        EXPECT_EQ(client.transport.get_write_buffer_limits().high, 65536U);
        client.transport.set_write_buffer_limits({10, 100});
        client.transport.sendto(std::string(100, 'x'));
        EXPECT_FALSE(client.protocol->was("pause"));
        client.transport.sendto("x");
        EXPECT_TRUE(client.protocol->was("pause"));  // from inside the call
        client.transport.sendto("x");
        co_await until([&] { return client.protocol->was("resume"); });
        EXPECT_EQ(client.protocol->calls, (strings{"made", "pause", "resume"}));
        EXPECT_THROW(client.transport.set_write_buffer_limits({11, 10}), rota::usage_error);
        co_await close_both(server, client);
    });
}

TEST_P(DatagramTransport, LostExactlyOnceThoughResumeWritingCloses) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        client.protocol->on_resume = [&] { client.transport.close(); };
        client.transport.set_write_buffer_limits({0, 1});
        client.transport.sendto("last words");
        co_await until([&] { return client.protocol->was("lost"); });
        co_await until([&] { return server.protocol->was("got last words"); });
        EXPECT_EQ(client.protocol->calls, (strings{"made", "pause", "resume", "lost"}));
        co_await close_both(server, client);
    });
}

TEST_P(DatagramTransport, ThatNobodyIsThereIsToldAndItStaysOpen) {
    run([]() -> coro<> {
        auto const gone = co_await at_loopback();
        auto const where = gone.transport.local_address();
        auto const client = co_await connected_to(where);
        gone.transport.abort();
        co_await until([&] { return gone.protocol->was("lost"); });
        client.transport.sendto("is anybody there");
        co_await until([&] { return client.protocol->was("error: Connection refused"); });
        EXPECT_FALSE(client.transport.is_closing());
        auto const late = co_await rota::create_datagram_endpoint([] { return std::make_shared<listener>(); }, where);
        client.transport.sendto("hello");
        co_await until([&] { return late.protocol->was("got hello"); });
        co_await close_both(late, client);
    });
}

TEST_P(DatagramTransport, OneThatIsTooLongIsToldAndTheNextGoesOut) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        client.transport.sendto(std::string(70'000, 'x'));
        client.transport.sendto("short");
        co_await until([&] { return server.protocol->was("got short"); });
        EXPECT_EQ(client.protocol->calls, (strings{"made", "pause", "error: Message too long", "resume"}));
        co_await close_both(server, client);
        EXPECT_EQ(server.protocol->calls, (strings{"made", "got short", "lost"}));
    });
}

TEST_P(DatagramTransport, AnExceptionFromACallbackIsToldAndItStaysOpen) {
    run([]() -> coro<> {
        reports const heard;
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        server.protocol->on_data = [] { throw std::runtime_error("not for me"); };
        client.transport.sendto("one");
        client.transport.sendto("two");
        co_await until([&] { return server.protocol->was("got two"); });
        EXPECT_EQ(heard.told, strings(2, "a protocol's datagram_received threw | not for me"));
        co_await close_both(server, client);
    });
}

TEST_P(DatagramTransport, ItsMisuseIsRefused) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        EXPECT_THROW(server.transport.sendto("to whom"), rota::usage_error);
        EXPECT_THROW(client.transport.sendto("x", client.transport.local_address()), rota::usage_error);
        client.transport.sendto("to its peer", server.transport.local_address());
        co_await until([&] { return server.protocol->was("got to its peer"); });
        EXPECT_THROW(client.transport.set_protocol(nullptr), rota::usage_error);
        EXPECT_THROW(rota::datagram_transport().close(), rota::usage_error);
        EXPECT_THROW(rota::attach_protocol(rota::datagram_socket(), std::make_shared<listener>()), rota::usage_error);
        co_await close_both(server, client);
    });
}

TEST_P(DatagramTransport, ItsProtocolMayBeExchangedFromInsideACall) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        auto const next = std::make_shared<listener>();
        server.protocol->on_data = [&] { server.transport.set_protocol(next); };
        client.transport.sendto("for the first");
        client.transport.sendto("for the second");
        co_await until([&] { return next->was("got for the second"); });
        EXPECT_EQ(server.protocol->calls, (strings{"made", "got for the first"}));
        server.transport.close();
        client.transport.close();
        co_await until([&] { return next->was("lost") && client.protocol->was("lost"); });
    });
}

TEST_P(DatagramTransport, ClosedFromInsideACallItIsCalledNoMoreButForItsEnd) {
    run([]() -> coro<> {
        auto const server = co_await at_loopback();
        auto const client = co_await connected_to(server.transport.local_address());
        server.protocol->on_data = [&] { server.transport.close(); };
        client.transport.sendto("one");
        client.transport.sendto("two");
        co_await until([&] { return server.protocol->was("lost"); });
        EXPECT_EQ(server.protocol->calls, (strings{"made", "got one", "lost"}));
        co_await close_both(server, client);
    });
}

TEST_P(DatagramTransport, ToAUnixSocketWhoseQueueIsFullItWaits) {
    run([]() -> coro<> {
        constexpr int many = 100;
        unix_path const path;
        auto receiver = co_await rota::create_datagram_endpoint(socket_address::from_path(path.text()));
        unix_path const own;
        auto const sender = co_await rota::create_datagram_endpoint([] { return std::make_shared<listener>(); },
                                                                    socket_address::from_path(own.text()));
        for (int number = 0; number < many; ++number)
            sender.transport.sendto(std::to_string(number), receiver.local_address());
        co_await rota::sleep(5ms);
        for (int number = 0; number < many; ++number) EXPECT_EQ(co_await receiver.receive(), std::to_string(number));
        sender.transport.close();
        co_await until([&] { return sender.protocol->was("lost"); });
        EXPECT_EQ(sender.protocol->calls, (strings{"made", "lost"}));
        co_await receiver.close();
    });
}

TEST_P(DatagramTransport, CancelledWhileItBeginsItLeavesNothingOpen) {
    run([]() -> coro<> {
        auto const before = open_descriptors();
        auto made = rota::create_task(at_loopback());
        co_await rota::yield();
        made.cancel();
        try {
            co_await made;
            ADD_FAILURE() << "it was not cancelled";
        } catch (rota::cancelled_error const&) {}
        for (int turn = 0; turn < 3; ++turn) co_await rota::sleep(1ms);
        EXPECT_EQ(open_descriptors(), before);
    });
}

TEST_P(DatagramTransport, WhatTheLoopsEndFindsOpenIsClosedWithoutACall) {
    auto const before = open_descriptors();
    endpoint left;
    run([&]() -> coro<> {
        left = co_await at_loopback();
        left.transport.sendto("unsent", left.transport.local_address());
    });
    EXPECT_EQ(left.protocol->calls, strings{"made"});
    EXPECT_TRUE(left.transport.is_closing());
    left.transport.sendto("dropped", left.transport.local_address());
    left.protocol->transport = {};
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
