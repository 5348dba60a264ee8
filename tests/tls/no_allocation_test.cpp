// Reads and writes over TLS take no memory but OpenSSL's own, which does not come from operator new.
#include "net/allocation_count.hpp"
#include "net/net_kit.hpp"
#include "tls/tls_kit.hpp"

#include <rota/base/frame_pool.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace {

using namespace tls_kit;
using rota::coro;
using rota::stream;

class TlsNoAllocation : public engine_test {};
INSTANTIATE_TEST_SUITE_P(OnEvery, TlsNoAllocation, testing::ValuesIn(all_engines()), name_of);

coro<> echo(stream peer) {
    std::array<char, 100> room;
    while (std::size_t const count = co_await peer.read_into(room)) co_await peer.write({room.data(), count});
    co_await peer.close();
}

TEST_P(TlsNoAllocation, OfReadsAndWrites) {
    run([]() -> coro<> {
        auto server = co_await rota::start_server(echo, "127.0.0.1", 0, server_context());
        auto client = co_await rota::open_connection("localhost", server.sockets().front().port(), client_context());
        std::string const message = "line 4567\n";
        std::uint64_t general = 0;
        std::uint64_t frames = 0;
        std::array<char, 100> room;
        for (int round = 0; round < 300; ++round) {
            // The first rounds make the buffers, and room in the engine's lists.
            if (round == 100) {
                general = general_allocations();
                frames = rota::detail::frame_pool::count().taken;
            }
            co_await client.write(message);
            for (std::size_t have = 0; have < message.size();) have += co_await client.read_into(room);
        }
        EXPECT_EQ(general, general_allocations());
        EXPECT_EQ(frames, rota::detail::frame_pool::count().taken);
        co_await client.close();
        server.close();
        co_await server.wait_closed();
    });
}

}  // namespace
