// udp-load --port P --connections N --size S --seconds T [--spin 1]: in its turns (turns.hpp) sends a datagram of S bytes from
// each of N sockets, awaits its echo, and begins again. Prints what echo-load prints. What gets lost is sent again after a tenth
// of a second.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

using load::steady;

struct sender {
    int descriptor = -1;
    bool awaits = false;
    // Stands first in the message, so that the answer to another, which was sent twice, is known for what it is.
    std::uint64_t number = 0;
    steady::time_point began;
};

std::vector<char> message;
std::array<char, 65536> buffer;

void send_again(sender& of, steady::time_point now) {
    of.began = now;
    std::memcpy(message.data(), &of.number, sizeof of.number);
    // Full buffers lose it, as any other hop may.
    if (::send(of.descriptor, message.data(), message.size(), MSG_DONTWAIT) < 0) return;
}

void begin(sender& of, steady::time_point now) {
    of.awaits = true;
    ++of.number;
    send_again(of, now);
}

bool is_answered(sender& of) {
    std::uint64_t number = 0;
    if (::recv(of.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT) < static_cast<ssize_t>(sizeof number))
        return false;
    std::memcpy(&number, buffer.data(), sizeof number);
    return of.awaits && number == of.number;
}

}  // namespace

int main(int count, char** words) {
    auto const asked = load::options_of(count, words);
    peer::raise_descriptor_limit();
    message.assign(std::max(asked.size, sizeof(std::uint64_t)), 'm');
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
                    if (each.awaits && now >= each.began + std::chrono::milliseconds(100)) send_again(each, now);
            }
            int const some = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), asked.spins ? 0 : 100);
            now = steady::now();
            if (now > end + load::patience) peer::give_up("the server does not answer");
            for (int i = 0; i < some; ++i) {
                auto& of = *static_cast<sender*>(events[static_cast<std::size_t>(i)].data.ptr);
                if (!is_answered(of)) continue;
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
