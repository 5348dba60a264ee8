// What the peers have in common: an address, and where they tell it.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace peer {

[[noreturn]] inline void give_up(char const* what) {
    std::perror(what);
    std::exit(1);
}

inline std::uint16_t port_of(int count, char** words) {
    if (count != 3 || std::string_view(words[1]) != "--port") {
        std::fprintf(stderr, "usage: %s --port P\n", words[0]);
        std::exit(2);
    }
    return static_cast<std::uint16_t>(std::atoi(words[2]));
}

/// Ten thousand connections need as many descriptors.
inline void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

inline void tell_listening(std::uint16_t port) {
    std::printf("listening on 127.0.0.1:%d\n", port);
    std::fflush(stdout);
}

inline int listen_at(std::uint16_t port) {
    raise_descriptor_limit();
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int const on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) < 0) give_up("bind");
    if (::listen(listener, 4096) < 0) give_up("listen");
    tell_listening(port);
    return listener;
}

inline int accept_from(int listener) {
    int const accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int const on = 1;
    if (accepted >= 0) ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return accepted;
}

}  // namespace peer
