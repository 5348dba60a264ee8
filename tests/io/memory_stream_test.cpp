#include <rota/io/memory_stream.hpp>

#include "io/io_kit.hpp"

#include <rota/base/error.hpp>

#include <string>

namespace {

using namespace io_kit;
using rota::coro;
using rota::stream;

TEST(MemoryStream, CarriesBytesBothWays) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        co_await pair.first.write("ping");
        EXPECT_EQ(co_await pair.second.read_exactly(4), "ping");
        co_await pair.second.write("pong");
        EXPECT_EQ(co_await pair.first.read_exactly(4), "pong");
    });
}

TEST(MemoryStream, HoldsNoMoreThanItsCapacity) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(8);
        co_await pair.first.write("01234567");
        auto write = [](stream& to) -> coro<> { co_await to.write("8"); };
        auto const one_more = rota::create_task(write(pair.first));
        for (int turns = 0; turns < 5; ++turns) co_await rota::yield();
        EXPECT_FALSE(one_more.done());
        EXPECT_EQ(co_await pair.second.read_exactly(9), "012345678");
        co_await one_more;
    });
}

TEST(MemoryStream, WrapsRoundItsEndManyTimes) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair(7);
        auto const bytes = pattern(10'000);
        auto write = [](stream& to, std::string const& what) -> coro<> {
            for (std::size_t at = 0; at < what.size(); at += 3) co_await to.write(std::string_view(what).substr(at, 3));
            co_await to.write_eof();
        };
        auto const writing = rota::create_task(write(pair.first, bytes));
        EXPECT_TRUE(co_await pair.second.read() == bytes);
        co_await writing;
    });
}

TEST(MemoryStream, NeedsCapacityAndALoop) {
    EXPECT_THROW((void)rota::memory_stream_pair(), rota::usage_error);
    run_simulated([]() -> coro<> {
        EXPECT_THROW((void)rota::memory_stream_pair(0), rota::usage_error);
        co_return;
    });
}

TEST(MemoryStream, HasNoAddresses) {
    run_simulated([]() -> coro<> {
        auto pair = rota::memory_stream_pair();
        EXPECT_EQ(pair.first.local_address().family(), rota::address_family::unspecified);
        EXPECT_EQ(pair.first.peer_address().family(), rota::address_family::unspecified);
        EXPECT_EQ(pair.first.peer_name(), "memory");
        co_return;
    });
}

}  // namespace
