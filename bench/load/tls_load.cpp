// tls-load --port P --connections N --size S --seconds T [--spin 1]: what echo-load does, over TLS 1.3 with one cipher, so that
// no server chooses a cheaper one. It looks at no certificate.
#include "../peers/peer.hpp"
#include "exchange.hpp"
#include "histogram.hpp"
#include "loopback.hpp"
#include "turns.hpp"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <vector>

namespace {

using load::steady;

struct connection {
    SSL* over = nullptr;
    bool to_send = false;
    bool awaits = false;
    std::size_t received = 0;
    steady::time_point began;
};

std::vector<char> message;
std::array<char, 65536> buffer;

bool wants_more(SSL* over, int result) {
    int const error = SSL_get_error(over, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

void send_on(connection& of) {
    if (!of.to_send) return;
    int const sent = SSL_write(of.over, message.data(), static_cast<int>(message.size()));
    if (sent <= 0 && !wants_more(of.over, sent)) peer::give_up("SSL_write");
    of.to_send = sent <= 0;
}

void begin(connection& of) {
    of.began = steady::now();
    of.received = 0;
    of.to_send = of.awaits = true;
    send_on(of);
}

// Whether its message is back.
bool receive_on(connection& of) {
    while (of.received < message.size()) {
        int const got = SSL_read(of.over, buffer.data(), static_cast<int>(buffer.size()));
        if (got <= 0 && wants_more(of.over, got)) return false;
        if (got <= 0) peer::give_up("SSL_read");
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
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    std::vector<connection> all(asked.connections);
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        int const descriptor = load::connect_to(asked.port);
        each.over = SSL_new(context);
        SSL_set_fd(each.over, descriptor);
        if (SSL_connect(each.over) != 1) peer::give_up("SSL_connect");
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
    }
    load::take_turns(asked.turn, [&](steady::duration length, load::histogram& took) {
        load::exchange(loop, asked.spins, all, length, took);
    });
}
