#include <rota/io/protocol.hpp>

#include "net/protocol_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/context_var.hpp>
#include <rota/io/memory_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;

class Protocol : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, Protocol, testing::ValuesIn(all_engines()), name_of);

using strings = std::vector<std::string>;

TEST_P(Protocol, IsToldOfItsConnectionThenOfDataThenOfTheEnd) {
    run([]() -> coro<> {
        auto made = co_await attach();
        co_await made.peer.write("some bytes");
        co_await until([&] { return made.protocol->data.size() == 10; });
        co_await made.peer.close();
        co_await until([&] { return made.protocol->was("lost"); });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "data", "eof", "lost"}));
        EXPECT_EQ(made.protocol->data, "some bytes");
    });
}

TEST_P(Protocol, ThatStaysAtTheEndOfDataCanStillWrite) {
    run([]() -> coro<> {
        auto made = co_await attach([](recorder& to) { to.stays_at_eof = true; });
        co_await made.peer.write_eof();
        co_await until([&] { return made.protocol->was("eof"); });
        EXPECT_FALSE(made.transport.is_closing());
        made.transport.write("an answer");
        made.transport.close();
        EXPECT_EQ(co_await made.peer.read(), "an answer");
        co_await until([&] { return made.protocol->was("lost"); });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "eof", "lost"}));
        co_await made.peer.close();
    });
}

TEST_P(Protocol, AResetIsTheErrorItsConnectionIsLostBy) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.transport.write("never read");
        co_await until([&] { return made.transport.get_write_buffer_size() == 0; });
        co_await rota::sleep(50ms);
        // Closed with something unread it resets.
        co_await made.peer.close();
        co_await until([&] { return made.transport.is_closing() && made.transport.get_protocol() == nullptr; });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "lost: Connection reset by peer"}));
    });
}

TEST_P(Protocol, AnExceptionFromDataReceivedIsToldAndEndsTheConnection) {
    run([]() -> coro<> {
        reports const heard;
        auto made =
            co_await attach([](recorder& to) { to.on_data = [] { throw std::runtime_error("can not use this"); }; });
        co_await made.peer.write("x");
        EXPECT_EQ(co_await made.peer.read(), "");
        co_await until([&] { return made.protocol->calls.size() == 3; });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "data", "lost: can not use this"}));
        EXPECT_EQ(heard.told, strings{"a protocol's data_received threw | can not use this"});
        co_await made.peer.close();
    });
}

TEST_P(Protocol, AnExceptionFromConnectionMadeIsToldAndDataComes) {
    run([]() -> coro<> {
        reports const heard;
        auto made = co_await attach([](recorder& to) { to.on_made = [] { throw std::runtime_error("at first"); }; });
        co_await made.peer.write("x");
        co_await until([&] { return made.protocol->data == "x"; });
        EXPECT_EQ(heard.told, strings{"a protocol's connection_made threw | at first"});
        made.transport.close();
        co_await made.peer.close();
        co_await until([&] { return made.protocol->was("lost"); });
    });
}

TEST_P(Protocol, AnExceptionFromConnectionLostIsToldAndTheSocketIsClosed) {
    run([]() -> coro<> {
        reports const heard;
        auto made = co_await attach([](recorder& to) { to.on_lost = [] { throw std::runtime_error("at last"); }; });
        made.transport.close();
        EXPECT_EQ(co_await made.peer.read(), "");
        EXPECT_EQ(heard.told, strings{"a protocol's connection_lost threw | at last"});
        co_await made.peer.close();
    });
}

TEST_P(Protocol, IsCalledInTheContextItsTransportWasMadeIn) {
    run([]() -> coro<> {
        static rota::context_var<int> number(0);
        number.set(1);
        strings seen;
        auto made =
            co_await attach([&](recorder& to) { to.on_data = [&] { seen.push_back(std::to_string(number.get())); }; });
        number.set(2);
        co_await made.peer.write("x");
        co_await until([&] { return !seen.empty(); });
        EXPECT_EQ(seen, strings{"1"});
        made.transport.close();
        co_await made.peer.close();
    });
}

/// Takes a few bytes at a time.
class small_buffer : public rota::buffered_protocol {
public:
    std::array<char, 4> buffer{};
    std::string data;
    std::vector<std::size_t> hints;
    rota::protocol_transport transport;
    std::function<void()> on_get, on_update;
    bool gives_none = false;
    bool lost = false;

    void connection_made(rota::protocol_transport const& made) override { transport = made; }
    std::span<char> get_buffer(std::size_t size_hint) override {
        hints.push_back(size_hint);
        if (on_get) on_get();
        return gives_none ? std::span<char>() : std::span<char>(buffer);
    }
    void buffer_updated(std::size_t size) override {
        data.append(buffer.data(), size);
        if (on_update) on_update();
    }
    void connection_lost(std::exception_ptr) override { lost = true; }
};

struct buffered {
    std::shared_ptr<small_buffer> protocol = std::make_shared<small_buffer>();
    rota::stream peer;
};

// In memory, where what is written in one call comes in one.
buffered attach_buffered() {
    buffered made;
    auto ends = rota::memory_stream_pair();
    made.peer = std::move(ends.second);
    rota::attach_protocol(std::move(ends.first), made.protocol);
    return made;
}

TEST_P(Protocol, ABufferedOneIsGivenThePiecesThatFitItsBuffer) {
    run([]() -> coro<> {
        auto made = attach_buffered();
        co_await made.peer.write("0123456789");
        co_await until([&] { return made.protocol->data.size() == 10; });
        EXPECT_EQ(made.protocol->data, "0123456789");
        EXPECT_EQ(made.protocol->hints, (std::vector<std::size_t>{10, 6, 2}));
        co_await made.peer.close();
        co_await until([&] { return made.protocol->lost; });
    });
}

TEST_P(Protocol, ABufferedOneMayPauseInBetweenAndLosesNothing) {
    run([]() -> coro<> {
        auto made = attach_buffered();
        made.protocol->on_get = [of = made.protocol.get()] {
            if (of->hints.size() == 2) of->transport.pause_reading();
        };
        co_await made.peer.write("0123456789");
        co_await until([&] { return made.protocol->hints.size() == 2; });
        co_await rota::sleep(1ms);
        EXPECT_EQ(made.protocol->data, "0123");
        made.protocol->transport.resume_reading();
        co_await until([&] { return made.protocol->data.size() == 10; });
        EXPECT_EQ(made.protocol->data, "0123456789");
        made.protocol->on_get = {};
        co_await made.peer.close();
    });
}

TEST_P(Protocol, ABufferedOneMayCloseInGetBuffer) {
    run([]() -> coro<> {
        auto made = attach_buffered();
        made.protocol->on_get = [of = made.protocol.get()] { of->transport.close(); };
        co_await made.peer.write("0123456789");
        co_await until([&] { return made.protocol->lost; });
        EXPECT_EQ(made.protocol->data, "");
        made.protocol->on_get = {};
        co_await made.peer.close();
    });
}

TEST_P(Protocol, ABufferedOneThatGivesNoRoomIsToldOfAndLosesItsConnection) {
    run([]() -> coro<> {
        reports const heard;
        auto made = attach_buffered();
        made.protocol->gives_none = true;
        co_await made.peer.write("x");
        co_await until([&] { return made.protocol->lost; });
        EXPECT_EQ(heard.told.size(), 1U);
        EXPECT_TRUE(heard.told.front().starts_with("a protocol's get_buffer threw | get_buffer: an empty buffer"));
        co_await made.peer.close();
    });
}

}  // namespace
