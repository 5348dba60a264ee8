#include <rota/net/getaddrinfo.hpp>

#include "engine/hosts_file.hpp"
#include "name_lookup.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace rota::inline v0 {
namespace {

class resolver_category final : public std::error_category {
public:
    char const* name() const noexcept override { return "resolver"; }
    std::string message(int code) const override { return gai_strerror(code); }
};

std::error_category const& resolver() noexcept {
    static resolver_category const category;
    return category;
}

std::vector<socket_address> ask_system(std::string const& host, std::uint16_t port, address_family family) {
    addrinfo hints{};
    hints.ai_family = family == address_family::ipv4 ? AF_INET : family == address_family::ipv6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    int const result = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (result == EAI_SYSTEM) throw system_error(errno, "resolve", host);
    if (result != 0) throw name_error(result, host);
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owned(found, &::freeaddrinfo);
    std::vector<socket_address> addresses;
    for (auto const* each = found; each != nullptr; each = each->ai_next) {
        auto address = socket_address::from_raw(each->ai_addr, each->ai_addrlen);
        if (address.family() == address_family::unspecified) continue;
        address.set_port(port);
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
    }
    if (addresses.empty()) throw name_error(EAI_NONAME, host);
    return addresses;
}

std::vector<socket_address> ask_simulation(std::string const& host, std::uint16_t port, address_family family) {
    if (host != "localhost" || family == address_family::ipv6) throw name_error(EAI_NONAME, host);
    return {socket_address::from_literal("127.0.0.1", port)};
}

}  // namespace

name_error::name_error(int resolver_code, std::string host)
    : std::system_error(resolver_code, resolver(), "resolve " + host), host_(std::move(host)) {}

coro<std::vector<socket_address>> getaddrinfo(std::string host, std::uint16_t port, address_family family) {
    auto const literal = socket_address::from_literal(host, port);
    if (literal.family() != address_family::unspecified) {
        if (family != address_family::unspecified && family != literal.family()) throw name_error(EAI_NONAME, host);
        co_return std::vector<socket_address>(1, literal);
    }
    if (host.empty() || host.find('\0') != std::string::npos) throw name_error(EAI_NONAME, host);
    if (running_loop().kernel().kind() == engine_kind::simulated) co_return ask_simulation(host, port, family);
    if (auto known = detail::find_in_hosts_file(host, port, family)) co_return std::move(*known);
    co_return co_await detail::look_up(&ask_system, std::move(host), port, family);
}

}  // namespace rota::inline v0
