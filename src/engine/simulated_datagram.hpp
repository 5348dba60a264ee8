// Datagrams of the simulated network.
#pragma once

#include "simulated_address.hpp"

#include <rota/base/clock.hpp>
#include <rota/engine/io_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace rota::inline v0::simulation {

struct datagram {
    endpoint from{};
    endpoint to{};
    /// Who hears of it where nobody is there.
    io_handle sender{};
    std::vector<std::byte> bytes{};

    /// What it takes of its receiver's room: one of no bytes takes some, too.
    std::size_t weight() const noexcept { return bytes.size() + 256; }
};

/// What a socket for datagrams has besides what all sockets have.
struct datagram_queue {
    /// UDP drops what finds no room; a Unix socket makes its senders wait.
    std::size_t room = 212'992;
    static constexpr std::size_t most_of_unix = 10;

    std::optional<endpoint> peer{};
    std::deque<std::shared_ptr<datagram const>> waiting{};
    std::size_t weight = 0;
    /// What an earlier send met, until somebody was told.
    std::int32_t error = 0;
    /// When the last of what it sent arrives: what follows comes later.
    clock::time_point last_arrival{};
};

}  // namespace rota::inline v0::simulation
