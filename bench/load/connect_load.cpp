// connect-load --port P --seconds T: in its turns (turns.hpp) connects fifty times, has 64 bytes echoed over each connection,
// resets them, and begins again. Prints what echo-load prints; each message is a connection, and as slow as its fifty.
// connect-load --port P --hold N: the same over N connections once, which it then holds; prints `ready`, and ends with its input.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace {

using load::steady;

void connect_all(std::vector<int>& all, std::uint16_t port) {
    std::array<char, 64> message{};
    for (int& each : all) each = load::connect_to(port);
    for (int const each : all)
        if (::send(each, message.data(), message.size(), MSG_NOSIGNAL) < 0) peer::give_up("send");
    for (int const each : all)
        if (::recv(each, message.data(), message.size(), MSG_WAITALL) < 64) peer::give_up("recv");
}

// By reset, so that no port is kept waiting for what may still be on its way.
void end_all(std::vector<int> const& all) {
    linger const at_once{1, 0};
    for (int const each : all) {
        ::setsockopt(each, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(each);
    }
}

}  // namespace

int main(int count, char** words) {
    auto const asked = load::options_of(count, words);
    peer::raise_descriptor_limit();
    if (asked.held != 0) {
        std::vector<int> all(asked.held);
        connect_all(all, asked.port);
        load::tell_ready();
        while (load::next_turn()) continue;
        return 0;
    }
    std::vector<int> all(50);
    load::take_turns(asked.turn, [&](steady::duration length, load::histogram& took) {
        auto const end = steady::now() + length;
        do {
            auto const began = steady::now();
            connect_all(all, asked.port);
            end_all(all);
            auto const each = static_cast<std::uint64_t>((steady::now() - began).count());
            for (std::size_t i = 0; i < all.size(); ++i) took.add(each);
        } while (steady::now() < end);
    });
}
