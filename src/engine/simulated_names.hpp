// The names of Unix sockets in the simulated network.
#pragma once

#include "simulated_address.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace rota::inline v0::simulation {

/// Who can be found under which name. A path stays when its socket is closed, as its file does, until it is removed; a name
/// that begins with a NUL goes with its socket.
class unix_names {
public:
    /// 0, `-EADDRINUSE`, `-ENOMEM`, or `-EINVAL` for no name.
    std::int32_t claim(socket_address const& address, simulated_socket& by, endpoint& local) noexcept;
    /// Looks up whom `to` means: 0, `-EINVAL`, `-ENOENT`, `-ECONNREFUSED`.
    std::int32_t find(socket_address const& to, endpoint& target) const noexcept;
    /// The socket is closed.
    void leave(simulated_socket const& by, endpoint const& local) noexcept;

    std::int32_t find_file(socket_address const& at, std::uint64_t& which) const noexcept;
    std::int32_t remove_file(socket_address const& at) noexcept;

private:
    using names = std::vector<std::shared_ptr<unix_name>>;
    names::const_iterator place_of(socket_address const& address) const noexcept;

    names names_;
    std::uint64_t last_number_ = 0;
};

}  // namespace rota::inline v0::simulation
