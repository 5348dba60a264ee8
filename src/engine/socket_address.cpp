#include <rota/engine/socket_address.hpp>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace rota::inline v0 {
namespace {

static_assert(socket_address::raw_capacity() >= sizeof(sockaddr_in6));
static_assert(socket_address::raw_capacity() >= sizeof(sockaddr_un));

/// The bytes are copied out: a cast would break the aliasing rules.
template <class Form>
Form as(socket_address const& address) noexcept {
    Form form{};
    std::memcpy(&form, address.raw(), sizeof form);
    return form;
}

template <class Form>
void assign(socket_address& address, Form const& form) noexcept {
    std::memcpy(address.raw(), &form, sizeof form);
    address.set_raw_length(sizeof form);
}

/// The name of a Unix socket: a path, or `@name` for the abstract ones, which begin with a NUL.
std::string unix_name(socket_address const& address) {
    auto const form = as<sockaddr_un>(address);
    std::size_t const start = offsetof(sockaddr_un, sun_path);
    if (address.raw_length() <= start) return {};
    std::size_t const room = std::min<std::size_t>(address.raw_length() - start, sizeof form.sun_path);
    if (form.sun_path[0] == '\0') return "@" + std::string(form.sun_path + 1, room - 1);
    return std::string(form.sun_path, strnlen(form.sun_path, room));
}

bool parse_scope(std::string_view scope, std::uint32_t& index) noexcept {
    auto const* end = scope.data() + scope.size();
    if (auto const parsed = std::from_chars(scope.data(), end, index); parsed.ec == std::errc{} && parsed.ptr == end)
        return true;
    char name[IF_NAMESIZE]{};
    if (scope.empty() || scope.size() >= sizeof name) return false;
    scope.copy(name, scope.size());
    index = if_nametoindex(name);
    return index != 0;
}

}  // namespace

socket_address socket_address::from_literal(std::string_view host, std::uint16_t port) noexcept {
    socket_address address;
    std::string_view scope;
    auto const percent = host.find('%');
    if (percent != host.npos) {
        scope = host.substr(percent + 1);
        host = host.substr(0, percent);
    }
    char text[INET6_ADDRSTRLEN]{};
    if (host.size() >= sizeof text || host.find('\0') != host.npos) return address;
    host.copy(text, host.size());

    sockaddr_in four{};
    if (percent == host.npos && inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        assign(address, four);
        return address;
    }
    sockaddr_in6 six{};
    if (inet_pton(AF_INET6, text, &six.sin6_addr) != 1) return address;
    if (percent != host.npos && !parse_scope(scope, six.sin6_scope_id)) return address;
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    assign(address, six);
    return address;
}

socket_address socket_address::from_path(std::string_view path) noexcept {
    socket_address address;
    sockaddr_un form{};
    bool const abstract = path.starts_with('\0');
    // A path is followed by a NUL; the other names are as long as the length says.
    if (path.empty() || path.size() + (abstract ? 0 : 1) > sizeof form.sun_path) return address;
    if (!abstract && path.find('\0') != path.npos) return address;
    form.sun_family = AF_UNIX;
    path.copy(form.sun_path, path.size());
    std::memcpy(address.raw(), &form, sizeof form);
    address.set_raw_length(
        static_cast<std::uint32_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1)));
    return address;
}

socket_address socket_address::from_raw(void const* sockaddr, std::size_t length) noexcept {
    socket_address address;
    if (sockaddr == nullptr || length > raw_capacity() || length < sizeof(sa_family_t)) return address;
    std::memcpy(address.raw(), sockaddr, length);
    address.set_raw_length(static_cast<std::uint32_t>(length));
    return address.family() == address_family::unspecified ? socket_address{} : address;
}

address_family socket_address::family() const noexcept {
    sa_family_t family = AF_UNSPEC;
    if (length_ < sizeof family) return address_family::unspecified;
    std::memcpy(&family, raw(), sizeof family);
    switch (family) {
        case AF_INET: return length_ >= sizeof(sockaddr_in) ? address_family::ipv4 : address_family::unspecified;
        case AF_INET6: return length_ >= sizeof(sockaddr_in6) ? address_family::ipv6 : address_family::unspecified;
        case AF_UNIX: return address_family::unix_path;
        default: return address_family::unspecified;
    }
}

std::uint16_t socket_address::port() const noexcept {
    switch (family()) {
        case address_family::ipv4: return ntohs(as<sockaddr_in>(*this).sin_port);
        case address_family::ipv6: return ntohs(as<sockaddr_in6>(*this).sin6_port);
        default: return 0;
    }
}

void socket_address::set_port(std::uint16_t port) noexcept {
    if (family() == address_family::ipv4) {
        auto form = as<sockaddr_in>(*this);
        form.sin_port = htons(port);
        assign(*this, form);
    } else if (family() == address_family::ipv6) {
        auto form = as<sockaddr_in6>(*this);
        form.sin6_port = htons(port);
        assign(*this, form);
    }
}

std::string socket_address::host() const {
    switch (family()) {
        case address_family::ipv4: {
            // inet_ntop prints by sprintf, and this is in the text of each error.
            auto const form = as<sockaddr_in>(*this);
            auto const bytes = std::bit_cast<std::array<std::uint8_t, 4>>(form.sin_addr.s_addr);
            std::string host = std::to_string(bytes[0]);
            for (std::size_t i = 1; i != bytes.size(); ++i) host.append(1, '.').append(std::to_string(bytes[i]));
            return host;
        }
        case address_family::ipv6: {
            auto const form = as<sockaddr_in6>(*this);
            char text[INET6_ADDRSTRLEN]{};
            std::string host = inet_ntop(AF_INET6, &form.sin6_addr, text, sizeof text);
            if (form.sin6_scope_id != 0) host += "%" + std::to_string(form.sin6_scope_id);
            return host;
        }
        case address_family::unix_path: return unix_name(*this);
        case address_family::unspecified: break;
    }
    return {};
}

std::string socket_address::to_string() const {
    switch (family()) {
        case address_family::ipv4: return host() + ":" + std::to_string(port());
        case address_family::ipv6: return "[" + host() + "]:" + std::to_string(port());
        case address_family::unix_path: {
            auto name = host();
            return name.empty() ? "a nameless Unix socket" : name;
        }
        case address_family::unspecified: break;
    }
    return "unspecified";
}

bool operator==(socket_address const& a, socket_address const& b) noexcept {
    if (a.family() != b.family()) return false;
    switch (a.family()) {
        case address_family::ipv4: {
            auto const left = as<sockaddr_in>(a);
            auto const right = as<sockaddr_in>(b);
            return left.sin_port == right.sin_port && left.sin_addr.s_addr == right.sin_addr.s_addr;
        }
        case address_family::ipv6: {
            // The flow label is no part of where an address leads.
            auto const left = as<sockaddr_in6>(a);
            auto const right = as<sockaddr_in6>(b);
            return left.sin6_port == right.sin6_port && left.sin6_scope_id == right.sin6_scope_id &&
                   std::memcmp(&left.sin6_addr, &right.sin6_addr, sizeof left.sin6_addr) == 0;
        }
        case address_family::unix_path: return a.length_ == b.length_ && std::memcmp(a.raw(), b.raw(), a.length_) == 0;
        case address_family::unspecified: break;
    }
    return true;
}

}  // namespace rota::inline v0
