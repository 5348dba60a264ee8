#include "simulated_address.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>

namespace rota::inline v0::simulation {
namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t ipv4_at = ipv4_prefix.size();

endpoint from_ipv4(std::uint8_t a, std::uint8_t d) noexcept {
    endpoint made;
    std::copy(ipv4_prefix.begin(), ipv4_prefix.end(), made.host.begin());
    made.host[ipv4_at] = a;
    made.host[ipv4_at + 3] = d;
    return made;
}

}  // namespace

endpoint endpoint::any(address_family family) noexcept {
    return family == address_family::ipv4 ? from_ipv4(0, 0) : endpoint{};
}

endpoint endpoint::loopback(address_family family) noexcept {
    if (family == address_family::ipv4) return from_ipv4(127, 1);
    endpoint made;
    made.host.back() = 1;
    return made;
}

bool endpoint::is_ipv4() const noexcept { return std::equal(ipv4_prefix.begin(), ipv4_prefix.end(), host.begin()); }

bool endpoint::is_any() const noexcept {
    return host == any(is_ipv4() ? address_family::ipv4 : address_family::ipv6).host;
}

bool endpoint::is_loopback() const noexcept {
    return is_ipv4() ? host[ipv4_at] == 127 : host == loopback(address_family::ipv6).host;
}

std::int32_t read_address(address_family family, socket_address const& address, endpoint& read) noexcept {
    bool const matches = address.family() == family;
    if (family == address_family::ipv4) {
        if (address.raw_length() < sizeof(sockaddr_in)) return -EINVAL;
        if (!matches) return -EAFNOSUPPORT;
        sockaddr_in raw{};
        std::memcpy(&raw, address.raw(), sizeof raw);
        read = endpoint::any(address_family::ipv4);
        std::memcpy(read.host.data() + ipv4_at, &raw.sin_addr, sizeof raw.sin_addr);
        read.port = ntohs(raw.sin_port);
        return 0;
    }
    // Linux looks at the length first, which is why an IPv4 address is EINVAL here.
    if (address.raw_length() < sizeof(sockaddr_in6)) return -EINVAL;
    if (!matches) return -EAFNOSUPPORT;
    sockaddr_in6 raw{};
    std::memcpy(&raw, address.raw(), sizeof raw);
    std::memcpy(read.host.data(), &raw.sin6_addr, sizeof raw.sin6_addr);
    read.port = ntohs(raw.sin6_port);
    return 0;
}

socket_address write_address(address_family family, endpoint const& from) noexcept {
    if (family == address_family::unix_path) {
        if (from.name) return from.name->address;
        sa_family_t const nameless = AF_UNIX;
        return socket_address::from_raw(&nameless, sizeof nameless);
    }
    if (family == address_family::ipv4) {
        sockaddr_in raw{};
        raw.sin_family = AF_INET;
        raw.sin_port = htons(from.port);
        std::memcpy(&raw.sin_addr, from.host.data() + ipv4_at, sizeof raw.sin_addr);
        return socket_address::from_raw(&raw, sizeof raw);
    }
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(from.port);
    std::memcpy(&raw.sin6_addr, from.host.data(), sizeof raw.sin6_addr);
    return socket_address::from_raw(&raw, sizeof raw);
}

}  // namespace rota::inline v0::simulation
