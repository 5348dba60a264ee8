// echo-load --port P --connections N --size S --seconds T [--spin 1]: sends S bytes over each of N connections, awaits them back, and
// begins again. Once it is warm, after a tenth of the time and a message over each, prints `ready`, and at the end
//     RESULT messages=.. seconds=.. p50_us=.. p99_us=..
// A loop by hand on epoll: it must not be what is slow. With --spin it never sleeps, so that it is not what wakes up late.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
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
    int descriptor = -1;
    std::size_t sent = 0;
    std::size_t received = 0;
    bool answered = false;
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
    send_on(of);
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string_view, double> given{
        {"--port", 0}, {"--connections", 1}, {"--size", 64}, {"--seconds", 1}, {"--spin", 0}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = std::atof(words[i + 1]);
    peer::raise_descriptor_limit();

    message.assign(static_cast<std::size_t>(given["--size"]), 'm');
    std::vector<connection> all(static_cast<std::size_t>(given["--connections"]));
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        each.descriptor = load::connect_to(static_cast<std::uint16_t>(given["--port"]));
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, each.descriptor, &event);
    }
    auto const seconds = std::chrono::duration<double>(given["--seconds"]);
    auto const began = steady::now();
    auto const length = std::chrono::duration_cast<steady::duration>(seconds);
    auto end = steady::time_point::max();
    std::size_t silent = all.size();
    int const patience = given["--spin"] != 0 ? 0 : 100;
    bool ready = false;
    load::histogram took;
    for (auto& each : all) begin(each);
    std::array<epoll_event, 256> events{};
    auto now = steady::now();
    while (now < end) {
        // Ten seconds are enough for anyone.
        if (!ready && ((silent == 0 && now >= began + length / 10) || now >= began + std::chrono::seconds(10))) {
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
                auto const got = ::recv(of.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
                if (got == 0) peer::give_up("the server has closed a connection");
                if (got < 0 && errno == EAGAIN) break;
                if (got < 0) peer::give_up("recv");
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
                static_cast<unsigned long long>(took.all()), seconds.count(), took.microseconds_at(0.5),
                took.microseconds_at(0.99));
}
