// What the loads over connections have in common: messages there and back, over many of them at once.
#pragma once

#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <vector>

namespace load {

/// Has each of the connections, which LOOP watches for edges, send and be answered for so long, and awaits what is on its way
/// then. A connection tells when it `began` and whether it `awaits` an answer; of it there are `begin`, `send_on`, and
/// `receive_on`, which says whether the answer is whole.
template <class Connection>
void exchange(int loop, bool spins, std::vector<Connection>& all, steady::duration length, histogram& took) {
    auto const end = steady::now() + length;
    for (auto& each : all) begin(each);
    std::array<epoll_event, 256> events{};
    for (auto on_their_way = all.size(); on_their_way != 0;) {
        int const some = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), spins ? 0 : 100);
        if (steady::now() > end + patience) peer::give_up("the server does not answer");
        for (int i = 0; i < some; ++i) {
            auto& of = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            send_on(of);
            while (of.awaits && receive_on(of)) {
                auto const now = steady::now();
                took.add(static_cast<std::uint64_t>((now - of.began).count()));
                if (now < end)
                    begin(of);
                else
                    --on_their_way;
            }
        }
    }
}

}  // namespace load
