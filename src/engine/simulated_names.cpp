#include "simulated_names.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

namespace rota::inline v0::simulation {
namespace {

bool is_path(socket_address const& address) noexcept {
    auto const* const bytes = static_cast<char const*>(address.raw());
    return address.raw_length() > sizeof(std::uint16_t) && bytes[sizeof(std::uint16_t)] != '\0';
}
bool is_name(socket_address const& address) noexcept {
    return address.family() == address_family::unix_path && address.raw_length() > sizeof(std::uint16_t);
}

}  // namespace

unix_names::names::const_iterator unix_names::place_of(socket_address const& address) const noexcept {
    return std::find_if(names_.begin(), names_.end(), [&](auto const& each) { return each->address == address; });
}

std::int32_t unix_names::claim(socket_address const& address, simulated_socket& by, endpoint& local) noexcept {
    if (!is_name(address)) return -EINVAL;
    if (place_of(address) != names_.end()) return -EADDRINUSE;
    try {
        auto made = std::make_shared<unix_name>();
        made->address = address;
        made->number = ++last_number_;
        made->bound = &by;
        names_.push_back(made);
        local.name = std::move(made);
    } catch (std::bad_alloc const&) {
        return -ENOMEM;
    }
    return 0;
}

std::int32_t unix_names::find(socket_address const& to, endpoint& target) const noexcept {
    if (!is_name(to)) return -EINVAL;
    auto const found = place_of(to);
    if (found == names_.end()) return is_path(to) ? -ENOENT : -ECONNREFUSED;
    target = {};
    target.name = *found;
    return 0;
}

void unix_names::leave(simulated_socket const& by, endpoint const& local) noexcept {
    if (!local.name || local.name->bound != &by) return;
    local.name->bound = nullptr;
    if (!is_path(local.name->address)) names_.erase(std::find(names_.begin(), names_.end(), local.name));
}

std::int32_t unix_names::find_file(socket_address const& at, std::uint64_t& which) const noexcept {
    auto const found = place_of(at);
    if (!is_path(at) || found == names_.end()) return -ENOENT;
    which = (*found)->number;
    return 0;
}

std::int32_t unix_names::remove_file(socket_address const& at) noexcept {
    auto const found = place_of(at);
    if (!is_path(at) || found == names_.end()) return -ENOENT;
    names_.erase(found);
    return 0;
}

}  // namespace rota::inline v0::simulation
