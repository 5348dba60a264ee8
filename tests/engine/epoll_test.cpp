// What is epoll's alone.
#include "base/receive_blocks.hpp"
#include "engine_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace {

using namespace engine_fixture;

class epoll_turns : public engine_test {};
INSTANTIATE_TEST_SUITE_P(engines, epoll_turns, testing::Values(contestant{"epoll", rota::engine_kind::epoll}), name_of);

TEST_P(epoll_turns, large_data_of_many_connections_come_over_several_waits) {
    constexpr std::size_t size = rota::detail::receive_blocks::largest;
    constexpr std::size_t many = 16;
    std::deque<connection> connections;
    std::vector<char> room(many * size);
    std::deque<receiving> pending;
    for (std::size_t number = 0; number != many; ++number) {
        connections.push_back(connect());
        pending.emplace_back(connections.back().server, room.data() + number * size, size);
        start(pending.back());
    }
    poll();
    std::string const piece(size / 2, 'p');
    for (auto const& each : connections) send(each.client, piece);
    auto const came = [&] {
        std::size_t bytes = 0;
        for (auto const& each : pending)
            if (each.done) bytes += static_cast<std::size_t>(each.result());
        return bytes;
    };
    int waits = 0;
    while (came() != many * piece.size()) {
        auto const before = came();
        wait_until([&] { return came() != before; });
        EXPECT_LE(came() - before, 3 * size);
        // The rest is not forgotten, and needs no call into the kernel to be known of.
        EXPECT_TRUE(came() == many * piece.size() || engine().peek());
        ++waits;
    }
    EXPECT_GE(waits, 3);
    for (auto const& each : connections) {
        close(each.client);
        close(each.server);
    }
}

TEST_P(epoll_turns, a_connection_that_is_closed_before_its_turn_came_is_passed_over) {
    constexpr std::size_t size = rota::detail::receive_blocks::largest;
    constexpr std::size_t many = 12;
    std::deque<connection> connections;
    std::vector<char> room(many * size);
    std::deque<receiving> pending;
    for (std::size_t number = 0; number != many; ++number) {
        connections.push_back(connect());
        pending.emplace_back(connections.back().server, room.data() + number * size, size);
        start(pending.back());
    }
    poll();
    for (auto const& each : connections) send(each.client, std::string(size / 2, 'p'));
    auto const done = [&] { return std::ranges::count_if(pending, [](auto const& each) { return each.done; }); };
    wait_until([&] { return done() != 0; });
    ASSERT_LT(done(), static_cast<std::ptrdiff_t>(many));
    // Whoever is left: cancelled by the close, and its event means nothing any more.
    for (auto const& each : connections) {
        close(each.client);
        close(each.server);
    }
    wait_until([&] { return done() == static_cast<std::ptrdiff_t>(many); });
}

}  // namespace
