// connect-load --port P --seconds T: connects fifty times, has 64 bytes echoed over each connection, ends them, and begins again.
// Prints `ready` after a tenth of the time, and at the end
//     RESULT messages=.. seconds=..
// of which each message is a connection.
// connect-load --port P --hold N: the same over N connections once, which it then holds; prints `ready`, and ends with its input.
#include "../peers/peer.hpp"
#include "loopback.hpp"

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

void connect_all(std::vector<int>& all, std::uint16_t port) {
    std::array<char, 64> message{};
    for (int& each : all) each = load::connect_to(port);
    for (int const each : all)
        if (::send(each, message.data(), message.size(), MSG_NOSIGNAL) < 0) peer::give_up("send");
    for (int const each : all)
        if (::recv(each, message.data(), message.size(), MSG_WAITALL) < 64) peer::give_up("recv");
}

// By reset, so that no port is kept waiting for what may still be on its way.
void end_all(std::vector<int> const& all) {
    linger const at_once{1, 0};
    for (int const each : all) {
        ::setsockopt(each, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(each);
    }
}

void tell_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string_view, double> given{{"--port", 0}, {"--seconds", 1}, {"--hold", 0}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = std::atof(words[i + 1]);
    peer::raise_descriptor_limit();
    auto const port = static_cast<std::uint16_t>(given["--port"]);
    if (auto const held = static_cast<std::size_t>(given["--hold"]); held != 0) {
        std::vector<int> all(held);
        connect_all(all, port);
        tell_ready();
        while (std::getchar() != EOF) continue;
        return 0;
    }
    std::vector<int> all(50);
    auto const length = std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(given["--seconds"]));
    auto const warm = steady::now() + length / 10;
    while (steady::now() < warm) {
        connect_all(all, port);
        end_all(all);
    }
    tell_ready();
    auto const began = steady::now();
    unsigned long long done = 0;
    while (steady::now() < began + length) {
        connect_all(all, port);
        end_all(all);
        done += all.size();
    }
    std::printf("RESULT messages=%llu seconds=%.3f\n", done,
                std::chrono::duration<double>(steady::now() - began).count());
}
