// The names that the system's hosts file knows.
#pragma once

#include <rota/engine/socket_address.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rota::inline v0::detail {

/// Where the system says which names it knows itself, and whom it asks in which order.
struct hosts_files {
    char const* hosts = "/etc/hosts";
    char const* order = "/etc/nsswitch.conf";
};

/// What the system's resolver would find in the hosts file, where that is where it looks first: in the order of the file.
/// Nothing where the resolver has to be asked: the name is not there, or not of that family; the file has more than 64 KiB;
/// others are asked before.
///
/// The files are read each time, as the resolver does: a few microseconds, and never old.
std::optional<std::vector<socket_address>> find_in_hosts_file(std::string_view name, std::uint16_t port,
                                                              address_family family, hosts_files const& files = {});

}  // namespace rota::inline v0::detail
