// echo-load --port P --connections N --size S --seconds T [--spin 1]: sends S bytes over each of N connections, awaits them back, and
// begins again. Once it is warm, after a tenth of the time and a message over each, prints `ready`, and at the end
//     RESULT messages=.. seconds=.. p50_us=.. p99_us=..
// A loop by hand on epoll: it must not be what is slow. With --spin it never sleeps, so that it is not what wakes up late.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
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

[[noreturn]] void give_up(char const* what) {
    std::perror(what);
    std::exit(1);
}

/// How long messages took, in buckets that are an eighth of a power of two wide.
class histogram {
public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[bucket_of(nanoseconds)];
        ++all_;
    }
    double microseconds_at(double part) const {
        std::uint64_t left = static_cast<std::uint64_t>(static_cast<double>(all_) * part);
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            if (counts_[bucket] > left) return static_cast<double>(end_of(bucket)) / 1e3;
            left -= counts_[bucket];
        }
        return 0;
    }
    std::uint64_t all() const { return all_; }
    void clear() { *this = histogram(); }

private:
    static std::size_t bucket_of(std::uint64_t value) {
        if (value < 8) return value;
        auto const power = static_cast<std::size_t>(63 - __builtin_clzll(value));
        return (power - 2) * 8 + ((value >> (power - 3)) & 7);
    }
    static std::uint64_t end_of(std::size_t bucket) {
        if (bucket < 8) return bucket + 1;
        auto const power = bucket / 8 + 2;
        return (std::uint64_t{8} + bucket % 8 + 1) << (power - 3);
    }
    std::array<std::uint64_t, 512> counts_{};
    std::uint64_t all_ = 0;
};

void send_on(connection& of) {
    while (of.sent < message.size()) {
        auto const sent =
            ::send(of.descriptor, message.data() + of.sent, message.size() - of.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) give_up("send");
        of.sent += static_cast<std::size_t>(sent);
    }
}

void begin(connection& of) {
    of.began = steady::now();
    of.sent = of.received = 0;
    send_on(of);
}

int connect_to(std::uint16_t port) {
    int const made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made < 0 || ::connect(made, reinterpret_cast<sockaddr*>(&at), sizeof at) < 0) give_up("connect");
    int const on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

}  // namespace

int main(int count, char** words) {
    std::map<std::string_view, double> given{
        {"--port", 0}, {"--connections", 1}, {"--size", 64}, {"--seconds", 1}, {"--spin", 0}};
    for (int i = 1; i + 1 < count; i += 2) given[words[i]] = std::atof(words[i + 1]);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);

    message.assign(static_cast<std::size_t>(given["--size"]), 'm');
    std::vector<connection> all(static_cast<std::size_t>(given["--connections"]));
    int const loop = ::epoll_create1(EPOLL_CLOEXEC);
    for (auto& each : all) {
        each.descriptor = connect_to(static_cast<std::uint16_t>(given["--port"]));
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
    histogram took;
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
                if (got == 0) give_up("the server has closed a connection");
                if (got < 0 && errno == EAGAIN) break;
                if (got < 0) give_up("recv");
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
