#include <rota/io/protocol_transport.hpp>

#include "base/receive_blocks.hpp"
#include "net/protocol_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/io/memory_stream.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace net_kit;
using rota::coro;

class ProtocolTransport : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, ProtocolTransport, testing::ValuesIn(all_engines()), name_of);

using strings = std::vector<std::string>;

TEST_P(ProtocolTransport, WhatIsWrittenIsSentInItsOrder) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.transport.write("one ");
        made.transport.writelines({"two ", "", "three "});
        std::vector<std::string_view> const more{"four ", "five"};
        made.transport.writelines(more);
        EXPECT_EQ(made.transport.get_write_buffer_size(), 23U);
        made.transport.write_eof();
        EXPECT_EQ(co_await made.peer.read(), "one two three four five");
        EXPECT_EQ(made.transport.get_write_buffer_size(), 0U);
        EXPECT_EQ(made.protocol->calls, strings{"made"});
        co_await made.peer.close();
        co_await until([&] { return made.protocol->was("lost"); });
    });
}

TEST_P(ProtocolTransport, CloseSendsWhatWasWrittenFirst) {
    run([]() -> coro<> {
        auto made = co_await attach();
        std::string const much(1'000'000, 'm');
        made.transport.write(much);
        made.transport.close();
        EXPECT_TRUE(made.transport.is_closing());
        EXPECT_FALSE(made.protocol->was("lost"));
        std::string const got = co_await made.peer.read();
        EXPECT_EQ(got.size(), much.size());
        co_await until([&] { return made.protocol->was("lost"); });
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, AbortDropsWhatWasWritten) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.transport.write(std::string(10'000'000, 'm'));
        made.transport.abort();
        EXPECT_TRUE(made.transport.is_closing());
        co_await until([&] { return made.protocol->was("lost"); });
        std::size_t got = 0;
        try {
            while (true) {
                auto const piece = co_await made.peer.read_some();
                if (piece.empty()) break;
                got += piece.size();
            }
        } catch (rota::system_error const&) {}
        EXPECT_LT(got, 10'000'000U);
        co_await made.peer.close();
        EXPECT_EQ(made.protocol->calls, (strings{"made", "pause", "lost"}));  // and no resume
    });
}

TEST_P(ProtocolTransport, AWriteAfterCloseIsDroppedSilentlyAndOneAfterWriteEofIsAnError) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.transport.write_eof();
        EXPECT_TRUE(made.transport.can_write_eof());
        EXPECT_THROW(made.transport.write("too late"), rota::usage_error);
        auto other = co_await attach();
        other.transport.close();
        other.transport.write("dropped");
        other.transport.writelines({"dropped", "too"});
        EXPECT_EQ(co_await other.peer.read(), "");
        co_await until([&] { return other.protocol->was("lost"); });
        other.transport.write("dropped");
        other.transport.close();
        other.transport.abort();
        EXPECT_EQ(other.protocol->calls, (strings{"made", "lost"}));
        made.transport.abort();
        co_await made.peer.close();
        co_await other.peer.close();
    });
}

TEST_P(ProtocolTransport, AboveTheUpperLimitTheProtocolIsPausedAndBelowTheLowerOneItGoesOn) {
    run([]() -> coro<> {
        auto made = co_await attach();
        EXPECT_EQ(made.transport.get_write_buffer_limits().high, 65536U);
        EXPECT_EQ(made.transport.get_write_buffer_limits().low, 16384U);
        made.transport.set_write_buffer_limits({10, 100});
        made.transport.write(std::string(100, 'x'));
        EXPECT_FALSE(made.protocol->was("pause"));
        made.transport.write("x");
        EXPECT_TRUE(made.protocol->was("pause"));  // from inside the write
        made.transport.write("x");
        std::string const got = co_await made.peer.read_exactly(102);
        co_await until([&] { return made.protocol->was("resume"); });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "pause", "resume"}));
        EXPECT_THROW(made.transport.set_write_buffer_limits({11, 10}), rota::usage_error);
        made.transport.abort();
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, WhatIsWrittenBeforeTheProtocolKnowsItPausesAfterThat) {
    run([]() -> coro<> {
        auto ends = rota::memory_stream_pair();
        auto const protocol = std::make_shared<recorder>();
        auto const transport = rota::attach_protocol(std::move(ends.first), protocol);
        transport.write(std::string(100'000, 'x'));
        EXPECT_EQ(protocol->calls, strings());
        co_await ends.second.read_exactly(100'000);
        co_await until([&] { return protocol->was("resume"); });
        EXPECT_EQ(protocol->calls, (strings{"made", "pause", "resume"}));
        transport.abort();
        co_await ends.second.close();
    });
}

TEST_P(ProtocolTransport, ANewLimitPausesAtOnceWhereMoreIsWritten) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.transport.write("some");
        made.transport.set_write_buffer_limits({0, 0});
        EXPECT_TRUE(made.protocol->was("pause"));
        co_await until([&] { return made.protocol->was("resume"); });
        made.transport.abort();
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, AnAbortInPauseWritingBringsNoResume) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.protocol->on_pause = [of = made.protocol.get(), through = made.transport] { through.abort(); };
        made.transport.set_write_buffer_limits({0, 0});
        made.transport.write("x");
        co_await until([&] { return made.protocol->was("lost"); });
        co_await rota::sleep(1ms);
        EXPECT_FALSE(made.protocol->was("resume"));
        made.protocol->on_pause = {};
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, ACloseInResumeWritingLosesTheConnectionOnce) {
    run([]() -> coro<> {
        auto made = co_await attach();
        made.protocol->on_resume = [through = made.transport] { through.close(); };
        made.transport.set_write_buffer_limits({0, 0});
        made.transport.write("x");
        EXPECT_EQ(co_await made.peer.read(), "x");
        co_await until([&] { return made.protocol->was("lost"); });
        EXPECT_EQ(made.protocol->calls, (strings{"made", "pause", "resume", "lost"}));
        made.protocol->on_resume = {};
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, PausedItTellsNothingAndResumedItTellsAll) {
    run([]() -> coro<> {
        auto made = co_await attach();
        co_await made.peer.write("a");
        co_await until([&] { return made.protocol->data == "a"; });
        made.transport.pause_reading();
        made.transport.pause_reading();
        EXPECT_FALSE(made.transport.is_reading());
        co_await made.peer.write("b");
        co_await made.peer.close();
        co_await rota::sleep(5ms);
        EXPECT_EQ(made.protocol->data, "a");
        EXPECT_FALSE(made.protocol->was("eof"));
        made.transport.resume_reading();
        made.transport.resume_reading();
        co_await until([&] { return made.protocol->was("lost"); });
        EXPECT_EQ(made.protocol->data, "ab");
        EXPECT_FALSE(made.transport.is_reading());
    });
}

TEST_P(ProtocolTransport, PausedByWhatCameItKeepsNoBuffer) {
    run([]() -> coro<> {
        auto made = co_await attach();
        auto const before = rota::detail::receive_blocks::lent();
        made.protocol->on_data = [&] { made.transport.pause_reading(); };
        co_await made.peer.write("a");
        co_await until([&] { return made.protocol->data == "a"; });
        EXPECT_LE(rota::detail::receive_blocks::lent(), before);
        made.protocol->on_data = {};
        made.transport.close();
        co_await until([&] { return made.protocol->was("lost"); });
        co_await made.peer.close();
    });
}

TEST_P(ProtocolTransport, ItsProtocolMayBeExchanged) {
    run([]() -> coro<> {
        auto made = co_await attach();
        auto const second = std::make_shared<recorder>();
        made.protocol->on_data = [&] { made.transport.set_protocol(second); };
        co_await made.peer.write("a");
        co_await until([&] { return made.protocol->data == "a"; });
        EXPECT_EQ(made.transport.get_protocol(), second);
        co_await made.peer.write("b");
        co_await made.peer.close();
        co_await until([&] { return second->was("lost"); });
        EXPECT_EQ(second->calls, (strings{"data", "eof", "lost"}));
        EXPECT_EQ(made.protocol->calls, (strings{"made", "data"}));
        class neither : public rota::base_protocol {};
        EXPECT_THROW(made.transport.set_protocol(std::make_shared<neither>()), rota::usage_error);
    });
}

TEST_P(ProtocolTransport, HoldsItsProtocolUntilItsEndAndIsSafeAfterIt) {
    run([]() -> coro<> {
        auto made = co_await attach();
        std::weak_ptr<recorder> const watched = made.protocol;
        auto const transport = made.transport;
        auto const here = transport.local_address();
        made.protocol.reset();
        made.transport = {};
        co_await rota::yield();
        EXPECT_FALSE(watched.expired());
        watched.lock()->transport = {};
        transport.close();
        EXPECT_EQ(co_await made.peer.read(), "");
        EXPECT_TRUE(watched.expired());
        EXPECT_EQ(transport.get_protocol(), nullptr);
        EXPECT_TRUE(transport.is_closing());
        EXPECT_EQ(made.peer.peer_address().port(), here.port());
        transport.pause_reading();
        transport.resume_reading();
        transport.set_write_buffer_limits({});
        co_await made.peer.close();
        EXPECT_THROW(rota::protocol_transport().close(), rota::usage_error);
    });
}

TEST_P(ProtocolTransport, WhatTheLoopsEndFindsOpenIsClosedWithoutACall) {
    auto const protocol = std::make_shared<recorder>();
    rota::protocol_transport left;
    run([&]() -> coro<> {
        auto ends = rota::memory_stream_pair();
        left = rota::attach_protocol(std::move(ends.first), protocol);
        auto made = co_await attach();
        made.transport.write("unsent");
        co_await rota::yield();
        co_await ends.second.close();
        left.pause_reading();
    });
    EXPECT_FALSE(protocol->was("lost"));
    EXPECT_TRUE(left.is_closing());
    left.write("dropped");
    protocol->transport = {};
}

TEST_P(ProtocolTransport, TakesWhatTheStreamHadInItsBuffer) {
    run([]() -> coro<> {
        auto ends = rota::memory_stream_pair();
        co_await ends.second.write("first\nsecond");
        EXPECT_EQ(co_await ends.first.read_line(), "first\n");
        auto const protocol = std::make_shared<recorder>();
        auto const transport = rota::attach_protocol(std::move(ends.first), protocol);
        EXPECT_EQ(protocol->calls, strings());  // by the loop, not at once
        co_await until([&] { return protocol->data == "second"; });
        transport.abort();
        co_await until([&] { return protocol->was("lost"); });
        co_await ends.second.close();
    });
}

TEST_P(ProtocolTransport, ThatCanNotBeMadeClosesTheConnection) {
    run([]() -> coro<> {
        auto ends = rota::memory_stream_pair();
        EXPECT_THROW(rota::attach_protocol(std::move(ends.first), nullptr), rota::usage_error);
        EXPECT_EQ(co_await ends.second.read(), "");
        co_await ends.second.close();
        EXPECT_THROW(rota::attach_protocol(rota::stream(), std::make_shared<recorder>()), rota::usage_error);
    });
}

}  // namespace
