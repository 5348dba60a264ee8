// udp-load --port P --connections N --size S --seconds T [--spin 1]: in its turns (turns.hpp) sends a datagram of S bytes from
// each of N sockets, awaits its echo, and begins again. Prints what echo-load prints. What gets lost is sent again after a tenth
// of a second.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

namespace {

using load::steady;

struct sender {
    int descriptor = -1;
    bool awaits = false;
    steady::time_point began;
};

std::vector<char> message;
std::array<char, 65536> buffer;

void begin(sender& of, steady::time_point now) {
    of.began = now;
    of.awaits = true;
    // Full buffers lose it, as any other hop may.
    if (::send(of.descriptor, message.data(), message.size(), MSG_DONTWAIT) < 0) return;
}

}  // namespace

int main(int count, char** words) {
    auto const asked = load::options_of(count, words);
    peer::raise_descriptor_limit();
    message.assign(asked.size, 'm');
    std::vector<sender> all(asked.connections);
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        each.descriptor = load::connect_to(asked.port, SOCK_DGRAM);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, each.descriptor, &event);
    }
    load::take_turns(asked.turn, [&](steady::duration length, load::histogram& took) {
        auto now = steady::now();
        auto const end = now + length;
        auto looked = now;
        for (auto& each : all) begin(each, now);
        std::array<epoll_event, 256> events{};
        for (auto on_their_way = all.size(); on_their_way != 0;) {
            if (now >= looked + std::chrono::milliseconds(100)) {
                looked = now;
                for (auto& each : all)
                    if (each.awaits && now >= each.began + std::chrono::milliseconds(100)) begin(each, now);
            }
            int const some = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), asked.spins ? 0 : 100);
            now = steady::now();
            if (now > end + load::patience) peer::give_up("the server does not answer");
            for (int i = 0; i < some; ++i) {
                auto& of = *static_cast<sender*>(events[static_cast<std::size_t>(i)].data.ptr);
                // One that was sent twice has two answers.
                if (::recv(of.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT) < 0 || !of.awaits) continue;
                took.add(static_cast<std::uint64_t>((now - of.began).count()));
                of.awaits = false;
                if (now < end)
                    begin(of, now);
                else
                    --on_their_way;
            }
        }
    });
}
