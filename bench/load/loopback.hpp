// Connections to this machine itself.
#pragma once

#include "../peers/peer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>

namespace load {

/// How long a server may leave a message without an answer.
inline constexpr std::chrono::seconds patience{10};

inline sockaddr_in address_of(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/// A connected socket of this kind, whose calls wait no longer than `patience`; of TCP each piece that is written goes out at once.
inline int connect_to(std::uint16_t port, int kind = SOCK_STREAM) {
    int const made = ::socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    auto const at = address_of(port);
    timeval const longest{patience.count(), 0};
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    if (made < 0 || ::connect(made, reinterpret_cast<sockaddr const*>(&at), sizeof at) < 0) peer::give_up("connect");
    int const on = 1;
    if (kind == SOCK_STREAM) ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

}  // namespace load
