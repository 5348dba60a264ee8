// echo-epoll --port P: the floor of all that runs on epoll. A loop by hand, one buffer for all connections, no tasks, no
// cancellation, no limits: what the kernel costs, and nothing else.
#include "../peers/peer.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <unordered_map>

namespace {

std::array<char, 65536> buffer;
std::unordered_map<int, std::string> unsent;

// False: the connection has ended.
bool flush(int peer, std::string& rest) {
    while (!rest.empty()) {
        auto const sent = ::send(peer, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        rest.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
}

bool echo(int peer) {
    if (auto const found = unsent.find(peer); found != unsent.end()) {
        if (!flush(peer, found->second)) return false;
        if (!found->second.empty()) return true;
        unsent.erase(found);
    }
    for (;;) {
        auto const got = ::recv(peer, buffer.data(), buffer.size(), 0);
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN;
        auto const sent = ::send(peer, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < got) {
            auto const done = static_cast<std::size_t>(sent < 0 ? 0 : sent);
            unsent[peer].assign(buffer.data() + done, static_cast<std::size_t>(got) - done);
            return true;
        }
        // What came in part of the room has emptied the socket.
        if (static_cast<std::size_t>(got) < buffer.size()) return true;
    }
}

}  // namespace

int main(int count, char** words) {
    int const listener = peer::listen_at(peer::port_of(count, words));
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = listener;
    ::epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    std::array<epoll_event, 256> events{};
    for (;;) {
        int const ready = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            int const from = events[static_cast<std::size_t>(i)].data.fd;
            if (from == listener) {
                int const accepted = peer::accept_from(listener);
                if (accepted < 0) continue;
                event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
                event.data.fd = accepted;
                ::epoll_ctl(loop, EPOLL_CTL_ADD, accepted, &event);
            } else if (!echo(from)) {
                unsent.erase(from);
                ::close(from);
            }
        }
    }
}
