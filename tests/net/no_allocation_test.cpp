// A socket's read or write takes no memory from anybody: not from the pools, not from the general allocator.
#include "net/allocation_count.hpp"
#include "net/net_kit.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>

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

}  // namespace
