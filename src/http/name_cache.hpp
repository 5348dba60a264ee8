#pragma once

#include <rota/base/clock.hpp>
#include <rota/core/coro.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/sync/lock.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace rota::inline v0::http::detail {

/// The addresses of names that were asked for lately. Two thousand pages of one host cost one question, not two thousand
/// threads' worth of them. aiohttp's numbers: ten seconds, a thousand names.
class name_cache {
public:
    /// Errors: as `getaddrinfo`; whoever asks within a second gets the same one.
    coro<std::vector<socket_address>> lookup(std::string host, std::uint16_t port);

private:
    struct entry {
        // Whoever holds it asks; where that one is cancelled, the next one does.
        lock asking;
        std::vector<socket_address> addresses;
        std::exception_ptr error;
        clock::time_point until = clock::time_point::min();
    };

    void make_room();

    std::unordered_map<std::string, std::shared_ptr<entry>> entries_;
};

}  // namespace rota::inline v0::http::detail
