// udp-load --port P --connections N --size S --seconds T [--spin 1]: sends a datagram of S bytes from each of N sockets, awaits
// its echo, and begins again. Prints what echo-load prints. What gets lost is sent again after a tenth of a second.
#include "../peers/peer.hpp"
#include "histogram.hpp"
#include "loopback.hpp"

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

struct sender {
    int descriptor = -1;
    steady::time_point began;
};

std::vector<char> message;
std::array<char, 65536> buffer;

void begin(sender& of, steady::time_point now) {
    of.began = now;
    // Full buffers lose it, as any other hop may.
    if (::send(of.descriptor, message.data(), message.size(), MSG_DONTWAIT) < 0) return;
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string_view, double> given{
        {"--port", 0}, {"--connections", 1}, {"--size", 64}, {"--seconds", 1}, {"--spin", 0}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = std::atof(words[i + 1]);
    peer::raise_descriptor_limit();
    message.assign(static_cast<std::size_t>(given["--size"]), 'm');
    std::vector<sender> all(static_cast<std::size_t>(given["--connections"]));
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    auto now = steady::now();
    auto const began = now;
    for (auto& each : all) {
        each.descriptor = load::connect_to(static_cast<std::uint16_t>(given["--port"]), SOCK_DGRAM);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &each;
        ::epoll_ctl(loop, EPOLL_CTL_ADD, each.descriptor, &event);
        begin(each, now);
    }
    auto const length = std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(given["--seconds"]));
    auto end = steady::time_point::max();
    auto looked = now;
    bool ready = false;
    load::histogram took;
    std::array<epoll_event, 256> events{};
    while (now < end) {
        if (!ready && now >= began + length / 10) {
            ready = true;
            end = now + length;
            took.clear();
            std::puts("ready");
            std::fflush(stdout);
        }
        if (now >= looked + std::chrono::milliseconds(100)) {
            looked = now;
            for (auto& each : all)
                if (now >= each.began + std::chrono::milliseconds(100)) begin(each, now);
        }
        int const some =
            ::epoll_wait(loop, events.data(), static_cast<int>(events.size()), given["--spin"] != 0 ? 0 : 100);
        now = steady::now();
        for (int i = 0; i < some; ++i) {
            auto& of = *static_cast<sender*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (::recv(of.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT) < 0) continue;
            took.add(static_cast<std::uint64_t>((now - of.began).count()));
            begin(of, now);
        }
    }
    std::printf("RESULT messages=%llu seconds=%.3f p50_us=%.1f p99_us=%.1f\n",
                static_cast<unsigned long long>(took.all()), given["--seconds"], took.microseconds_at(0.5),
                took.microseconds_at(0.99));
}
