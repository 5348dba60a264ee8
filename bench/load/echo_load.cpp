// echo-load --port P --connections N --size S --seconds T [--spin 1]: in its turns (turns.hpp) sends S bytes over each of N
// connections, awaits them back, and begins again. For each turn it prints
//     RESULT messages=.. seconds=.. p50_us=.. p99_us=..
// A loop by hand on epoll: it must not be what is slow.
#include "../peers/peer.hpp"
#include "exchange.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

namespace {

using load::steady;

struct connection {
    int descriptor = -1;
    std::size_t sent = 0;
    std::size_t received = 0;
    bool awaits = false;
    steady::time_point began;
};

std::vector<char> message;
std::array<char, 65536> buffer;

void send_on(connection& of) {
    while (of.sent < message.size()) {
        auto const sent =
            ::send(of.descriptor, message.data() + of.sent, message.size() - of.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) peer::give_up("send");
        of.sent += static_cast<std::size_t>(sent);
    }
}

void begin(connection& of) {
    of.began = steady::now();
    of.sent = of.received = 0;
    of.awaits = true;
    send_on(of);
}

// Whether its message is back.
bool receive_on(connection& of) {
    while (of.received < message.size()) {
        auto const got = ::recv(of.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0) peer::give_up("the server has closed a connection");
        if (got < 0 && errno == EAGAIN) return false;
        if (got < 0) peer::give_up("recv");
        of.received += static_cast<std::size_t>(got);
    }
    of.awaits = false;
    return true;
}

}  // namespace

int main(int count, char** words) {
    auto const asked = load::options_of(count, words);
    peer::raise_descriptor_limit();
    message.assign(asked.size, 'm');
    std::vector<connection> all(asked.connections);
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        each.descriptor = load::connect_to(asked.port);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, each.descriptor, &event);
    }
    load::take_turns(asked.turn, [&](steady::duration length, load::histogram& took) {
        load::exchange(loop, asked.spins, all, length, took);
    });
}
