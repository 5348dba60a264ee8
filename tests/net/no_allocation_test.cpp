// A socket's read or write, of a stream or of datagrams, takes no memory from anybody: not from the pools, not from the general allocator.
#include "net/allocation_count.hpp"
#include "net/net_kit.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/net/datagram_socket.hpp>
#include <rota/net/socket.hpp>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>

namespace {

using namespace net_kit;
using rota::coro;
using rota::stream;

struct allocations {
    std::uint64_t general = general_allocations();
    std::uint64_t frames = rota::detail::frame_pool::count().taken;
    std::uint64_t blocks = rota::detail::slab_store::count().taken;
    friend bool operator==(allocations const&, allocations const&) = default;
    friend void PrintTo(allocations const& counted, std::ostream* out) {
        *out << counted.general << " from operator new, " << counted.frames << " frames, " << counted.blocks
             << " tasks";
    }
};

class NoAllocation : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, NoAllocation, testing::ValuesIn(all_engines()), name_of);

coro<> echo(stream peer) {
    std::array<char, 100> room;
    while (std::size_t const count = co_await peer.read_into(room)) co_await peer.write({room.data(), count});
}

TEST_P(NoAllocation, OfReadsAndWritesOverASocket) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        std::array<char, 100> room;
        std::string const message = "line 4567\n";
        allocations before;
        for (int round = 0; round < 300; ++round) {
            // The first rounds make the buffers, and room in the engine's lists.
            if (round == 100) before = allocations();
            co_await client.write(message);
            for (std::size_t have = 0; have < message.size();) have += co_await client.read_into(room);
            co_await client.write(message);
            EXPECT_EQ(co_await client.read_line(), message);
            co_await client.write(message);
            EXPECT_EQ(co_await client.read_exactly(10), message);
            co_await client.write(message);
            EXPECT_EQ(co_await client.read_until(" 4567\n"), message);
            co_await client.write(message);
            while (client.buffered().size() < message.size()) co_await client.fill();
            client.consume(message.size());
        }
        EXPECT_EQ(before, allocations());
    });
}

TEST_P(NoAllocation, OfAnEofAndAClose) {
    run([]() -> coro<> {
        auto server = co_await serve(echo);
        auto client = co_await connect(server);
        co_await client.write("x");
        EXPECT_EQ(co_await client.read_some(), "x");
        allocations const before;
        co_await client.write_eof();
        EXPECT_EQ(co_await client.read_some(), "");
        co_await client.close();
        EXPECT_EQ(before, allocations());
    });
}

/// The simulated network keeps the messages that are on their way itself.
class NoAllocationReal : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, NoAllocationReal, testing::ValuesIn(real_engines()), name_of);

TEST_P(NoAllocationReal, OfDatagramsSentAndReceived) {
    run([]() -> coro<> {
        auto const any = rota::socket_address::from_literal("127.0.0.1", 0);
        auto here = co_await rota::create_datagram_endpoint(any);
        auto there = co_await rota::create_datagram_endpoint(any, here.local_address());
        auto const to = there.local_address();
        std::array<char, 100> room;
        std::string const message = "message 4567";
        allocations before;
        for (int round = 0; round < 300; ++round) {
            // The first rounds make room in the engine's lists.
            if (round == 100) before = allocations();
            co_await there.send(message);
            auto const got = co_await here.receive_into(room);
            EXPECT_EQ(got.size, message.size());
            EXPECT_EQ(got.from, to);
            co_await here.send_to(message, to);
            auto const answer = co_await there.receive_into(room);
            EXPECT_EQ(answer.size, message.size());
        }
        EXPECT_EQ(before, allocations());
    });
}

TEST_P(NoAllocationReal, OfASocketThatWaitsForDatagrams) {
    run([]() -> coro<> {
        auto const any = rota::socket_address::from_literal("127.0.0.1", 0);
        rota::socket here(rota::address_family::ipv4, rota::socket_kind::datagram);
        here.bind(any);
        rota::socket there(rota::address_family::ipv4, rota::socket_kind::datagram);
        there.bind(any);
        auto const to = here.local_address();
        std::string const message = "message 4567";
        // Each message is asked for before it is sent, so that the engine has to wait for it.
        auto send = [&]() -> coro<> {
            while (true) {
                co_await rota::sleep(100us);
                co_await there.sendto(message, to);
            }
        };
        auto const sending = rota::create_task(send());
        std::array<char, 100> room;
        allocations before;
        for (int round = 0; round < 60; ++round) {
            if (round == 30) before = allocations();
            auto const got = co_await here.recvfrom_into(room);
            EXPECT_EQ(got.size, message.size());
        }
        EXPECT_EQ(before, allocations());
        sending.cancel();
        while (!sending.done()) co_await rota::yield();
    });
}

}  // namespace
