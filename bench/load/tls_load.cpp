// tls-load --port P --connections N --size S --seconds T [--spin 1]: what echo-load does, over TLS 1.3 with one cipher, so that
// no server chooses a cheaper one. It looks at no certificate.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

struct connection {
    SSL* over = nullptr;
    bool to_send = false;
    bool answered = false;
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
    of.to_send = true;
    send_on(of);
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string_view, double> given{
        {"--port", 0}, {"--connections", 1}, {"--size", 64}, {"--seconds", 1}, {"--spin", 0}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = std::atof(words[i + 1]);
    peer::raise_descriptor_limit();
    message.assign(static_cast<std::size_t>(given["--size"]), 'm');
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    std::vector<connection> all(static_cast<std::size_t>(given["--connections"]));
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        int const descriptor = load::connect_to(static_cast<std::uint16_t>(given["--port"]));
        each.over = SSL_new(context);
        SSL_set_fd(each.over, descriptor);
        if (SSL_connect(each.over) != 1) peer::give_up("SSL_connect");
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
    }
    auto const length = std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(given["--seconds"]));
    int const patience = given["--spin"] != 0 ? 0 : 100;
    auto now = steady::now();
    auto const began = now;
    auto end = steady::time_point::max();
    std::size_t silent = all.size();
    bool ready = false;
    load::histogram took;
    for (auto& each : all) begin(each);
    std::array<epoll_event, 256> events{};
    while (now < end) {
        if (!ready && silent == 0 && now >= began + length / 10) {
            ready = true;
            end = now + length;
            took.clear();
            std::puts("ready");
            std::fflush(stdout);
        }
        int const some = ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), patience);
        for (int i = 0; i < some; ++i) {
            auto& of = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            send_on(of);
            for (;;) {
                int const got = SSL_read(of.over, buffer.data(), static_cast<int>(buffer.size()));
                if (got <= 0 && wants_more(of.over, got)) break;
                if (got <= 0) peer::give_up("SSL_read");
                of.received += static_cast<std::size_t>(got);
                if (of.received < message.size()) continue;
                silent -= of.answered ? 0 : 1;
                of.answered = true;
                took.add(static_cast<std::uint64_t>((steady::now() - of.began).count()));
                begin(of);
            }
        }
        now = steady::now();
    }
    std::printf("RESULT messages=%llu seconds=%.3f p50_us=%.1f p99_us=%.1f\n",
                static_cast<unsigned long long>(took.all()), given["--seconds"], took.microseconds_at(0.5),
                took.microseconds_at(0.99));
}
