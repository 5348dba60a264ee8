#include <rota/io/copy_stream.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/gather.hpp>
#include <rota/io/memory_stream.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace io_kit;
using rota::coro;

TEST(CopyStream, CopiesUntilTheEndAndLeavesBothOpen) {
    run_simulated([]() -> coro<> {
        auto source = rota::memory_stream_pair();
        auto sink = rota::memory_stream_pair();
        std::string const much(1'000'000, 'm');
        auto const feed = [&]() -> coro<> {
            co_await source.second.write(much);
            co_await source.second.write_eof();
        };
        auto const drain = [&]() -> coro<std::string> { co_return co_await sink.second.read_exactly(much.size()); };
        auto const copy = rota::create_task(rota::copy_stream(source.first, sink.first));
        auto const drained = rota::create_task(drain);
        co_await feed();
        EXPECT_EQ(co_await copy, much.size());
        EXPECT_EQ(co_await drained, much);
        co_await sink.first.write("and more");
        EXPECT_EQ(co_await sink.second.read_exactly(8), "and more");
        EXPECT_EQ(co_await source.first.read(), "");
    });
}

TEST(CopyStream, BeginsWithWhatWasBuffered) {
    run_simulated([]() -> coro<> {
        auto source = rota::memory_stream_pair();
        auto sink = rota::memory_stream_pair();
        co_await source.second.write("line\nrest");
        co_await source.second.write_eof();
        EXPECT_EQ(co_await source.first.read_line(), "line\n");
        EXPECT_EQ(co_await rota::copy_stream(source.first, sink.first), 4U);
        EXPECT_EQ(co_await sink.second.read_exactly(4), "rest");
    });
}

TEST(CopyStream, ReadsNoMoreThanTheOtherSideTakes) {
    run_simulated([]() -> coro<> {
        auto source = rota::memory_stream_pair(1'000);
        auto sink = rota::memory_stream_pair(1'000);
        std::size_t fed = 0;
        auto const feed = [&]() -> coro<> {
            for (;;) {
                co_await source.second.write(std::string(100, 'x'));
                fed += 100;
            }
        };
        auto const copy = rota::create_task(rota::copy_stream(source.first, sink.first));
        auto const feeding = rota::create_task(feed);
        co_await rota::sleep(1h);
        EXPECT_LE(fed, 1'000U + 1'000U + 64U * 1024U);  // two pipes and a buffer
        feeding.cancel();
        copy.cancel();
    });
}

TEST(CopyStream, WhatItsTargetRefusesIsStillThere) {
    run_simulated([]() -> coro<> {
        auto source = rota::memory_stream_pair();
        auto sink = rota::memory_stream_pair();
        co_await source.second.write("not taken");
        co_await sink.second.close();
        co_await what_of<rota::system_error>(rota::copy_stream(source.first, sink.first));
        EXPECT_EQ(co_await source.first.read_exactly(9), "not taken");
    });
}

TEST(CopyStream, CancelledWhileItWaitsItLosesNothing) {
    run_simulated([]() -> coro<> {
        auto source = rota::memory_stream_pair();
        auto sink = rota::memory_stream_pair();
        auto const copy = rota::create_task(rota::copy_stream(source.first, sink.first));
        co_await source.second.write("first ");
        EXPECT_EQ(co_await sink.second.read_exactly(6), "first ");
        copy.cancel();
        co_await source.second.write("second");
        co_await source.second.write_eof();
        co_await rota::yield();
        EXPECT_TRUE(copy.cancelled());
        EXPECT_EQ(co_await rota::copy_stream(source.first, sink.first), 6U);
        EXPECT_EQ(co_await sink.second.read_exactly(6), "second");
    });
}

}  // namespace
