// The sessions that servers have offered to a client, for the next connection.
#pragma once

#include "openssl.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rota::inline v0::detail {

/// By server name and port. Connections of several threads may share it.
class session_cache {
public:
    void put(std::string const& key, ssl_session_owner session);
    /// The last one that came and is still good. One of TLS 1.3 is used once, so that nobody on the way can tell connections
    /// to be of the same client.
    ssl_session_owner take(std::string const& key);
    void clear() noexcept;

private:
    static constexpr std::size_t most_servers = 1000;
    static constexpr std::size_t most_of_a_server = 4;

    struct server_sessions {
        explicit server_sessions(std::string of) : key(std::move(of)) {}
        std::string key;
        std::vector<ssl_session_owner> kept;
    };

    std::mutex mutex_;
    std::list<server_sessions> by_use_;  // the one used last first
    std::map<std::string, std::list<server_sessions>::iterator> by_key_;
};

}  // namespace rota::inline v0::detail
