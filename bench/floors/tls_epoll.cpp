// tls-epoll --cert FILE --key FILE --port P: the floor of TLS. OpenSSL on each socket, and a loop by hand on epoll.
#include "../peers/secured_peer.hpp"

#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>

namespace {

struct connection {
    SSL* over = nullptr;
    int unsent = 0;  // of what stands in `room`
    bool shaken = false;
    std::array<char, 16384> room;
};

bool wants_more(SSL* over, int result) {
    int const error = SSL_get_error(over, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

// False: it has ended.
bool go_on(connection& of) {
    if (!of.shaken) {
        int const done = SSL_accept(of.over);
        if (done != 1) return wants_more(of.over, done);
        of.shaken = true;
    }
    for (;;) {
        if (of.unsent > 0) {
            int const sent = SSL_write(of.over, of.room.data(), of.unsent);
            if (sent <= 0) return wants_more(of.over, sent);
            of.unsent = 0;
        }
        int const got = SSL_read(of.over, of.room.data(), static_cast<int>(of.room.size()));
        if (got <= 0) return wants_more(of.over, got);
        of.unsent = got;
    }
}

}  // namespace

int main(int count, char** words) {
    auto const given = peer::secured_of(count, words);
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, given.certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, given.key, SSL_FILETYPE_PEM) != 1)
        peer::give_up("certificate");
    int const listener = peer::listen_at(given.port);
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    ::epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    std::array<epoll_event, 256> events{};
    for (;;) {
        int const ready = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < ready; ++i) {
            auto* const of = static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (of == nullptr) {
                int const accepted = peer::accept_from(listener);
                if (accepted < 0) continue;
                auto* const made = new connection;
                made->over = SSL_new(context);
                SSL_set_fd(made->over, accepted);
                event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
                event.data.ptr = made;
                ::epoll_ctl(loop, EPOLL_CTL_ADD, accepted, &event);
            } else if (!go_on(*of)) {
                ::close(SSL_get_fd(of->over));
                SSL_free(of->over);
                delete of;
            }
        }
    }
}
