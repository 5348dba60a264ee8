#include <rota/net/getnameinfo.hpp>

#include "name_lookup.hpp"

#include <rota/base/error.hpp>
#include <rota/core/loop.hpp>
#include <rota/net/getaddrinfo.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>

namespace rota::inline v0 {
namespace {

bool has(name_flags flags, name_flags flag) noexcept {
    return (static_cast<unsigned>(flags) & static_cast<unsigned>(flag)) != 0;
}

name_info ask_system(socket_address const& of, name_flags flags) {
    int asked = 0;
    if (has(flags, name_flags::numeric_host)) asked |= NI_NUMERICHOST;
    if (has(flags, name_flags::numeric_service)) asked |= NI_NUMERICSERV;
    if (has(flags, name_flags::name_required)) asked |= NI_NAMEREQD;
    if (has(flags, name_flags::datagram)) asked |= NI_DGRAM;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> service{};
    int const result = ::getnameinfo(static_cast<sockaddr const*>(of.raw()), static_cast<socklen_t>(of.raw_length()),
                                     host.data(), host.size(), service.data(), service.size(), asked);
    if (result == EAI_SYSTEM) throw system_error(errno, "resolve", of.to_string());
    if (result != 0) throw name_error(result, of.to_string());
    name_info found;
    found.host = host.data();
    found.service = service.data();
    return found;
}

name_info ask_simulation(socket_address const& of, name_flags flags) {
    name_info found = ask_system(of, name_flags::numeric_host | name_flags::numeric_service);
    if (has(flags, name_flags::numeric_host)) return found;
    if (found.host == "127.0.0.1")
        found.host = "localhost";
    else if (has(flags, name_flags::name_required))
        throw name_error(EAI_NONAME, of.to_string());
    return found;
}

}  // namespace

coro<name_info> getnameinfo(socket_address of, name_flags flags) {
    bool const internet = of.family() == address_family::ipv4 || of.family() == address_family::ipv6;
    if (!internet) throw name_error(EAI_FAMILY, of.to_string());
    bool const of_numbers = has(flags, name_flags::numeric_host) && has(flags, name_flags::numeric_service);
    if (of_numbers) co_return ask_system(of, flags);
    if (running_loop().kernel().kind() == engine_kind::simulated) co_return ask_simulation(of, flags);
    co_return co_await detail::look_up(&ask_system, of, flags);
}

}  // namespace rota::inline v0
