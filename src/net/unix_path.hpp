// The address that a path of a Unix socket stands for.
#pragma once

#include <rota/base/error.hpp>
#include <rota/engine/socket_address.hpp>

#include <cerrno>
#include <string>

namespace rota::inline v0::detail {

/// Throws `system_error` where it can be none.
inline socket_address unix_address(std::string const& path, char const* operation) {
    auto const at = socket_address::from_path(path);
    if (at.family() != address_family::unspecified) return at;
    bool const too_long = !path.empty() && (path.front() == '\0' || path.find('\0') == std::string::npos);
    throw_system_error(too_long ? ENAMETOOLONG : EINVAL, operation, path.empty() ? "\"\"" : path);
}

}  // namespace rota::inline v0::detail
