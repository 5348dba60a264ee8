// udp-epoll --port P: the floor of UDP. A datagram is received and sent back, until there is none.
#include "../peers/peer.hpp"

#include <sys/epoll.h>

#include <array>

int main(int count, char** words) {
    auto const port = peer::port_of(count, words);
    int const endpoint = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(endpoint, reinterpret_cast<sockaddr*>(&at), sizeof at) < 0) peer::give_up("bind");
    peer::tell_listening(port);
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(loop, EPOLL_CTL_ADD, endpoint, &event);
    std::array<char, 65536> room;
    for (;;) {
        ::epoll_wait(loop, &event, 1, -1);
        for (;;) {
            socklen_t length = sizeof at;
            auto const size =
                ::recvfrom(endpoint, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&at), &length);
            if (size < 0) break;
            // One that finds no room is lost.
            if (::sendto(endpoint, room.data(), static_cast<std::size_t>(size), 0, reinterpret_cast<sockaddr*>(&at),
                         length) < 0)
                continue;
        }
    }
}
