#pragma once

#include <rota/base/clock.hpp>
#include <rota/io/stream.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rota::inline v0::http::detail {

/// Open connections that wait for the next request, by host and port. A session and its responses share it.
class connection_pool {
public:
    connection_pool(std::size_t max_idle, clock::duration keep_alive) : max_idle_(max_idle), keep_alive_(keep_alive) {}

    struct kept {
        stream connection;
        clock::time_point since;
    };

    /// The one that was used last, which its server is the least likely to have closed.
    std::optional<kept> take(std::string const& key);
    /// Keeps a connection between two messages; closes it where there are too many.
    void put(std::string const& key, stream connection);
    /// From now on nothing is kept: the session is gone.
    void close();

    std::size_t idle() const noexcept { return idle_; }

private:
    void close_expired(std::vector<kept>& of, clock::time_point now);

    std::unordered_map<std::string, std::vector<kept>> by_host_;
    std::size_t max_idle_;
    std::size_t idle_ = 0;
    clock::duration keep_alive_;
};

}  // namespace rota::inline v0::http::detail
