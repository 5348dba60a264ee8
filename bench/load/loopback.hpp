// Connections to this machine itself.
#pragma once

#include "../peers/peer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>

namespace load {

inline sockaddr_in address_of(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/// A connected socket of this kind; of TCP each piece that is written goes out at once.
inline int connect_to(std::uint16_t port, int kind = SOCK_STREAM) {
    int const made = ::socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    auto const at = address_of(port);
    if (made < 0 || ::connect(made, reinterpret_cast<sockaddr const*>(&at), sizeof at) < 0) peer::give_up("connect");
    int const on = 1;
    if (kind == SOCK_STREAM) ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

}  // namespace load
