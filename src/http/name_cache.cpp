#include "http/name_cache.hpp"

#include <rota/net/getaddrinfo.hpp>

#include <chrono>
#include <iterator>
#include <utility>

namespace rota::inline v0::http::detail {

using namespace std::chrono_literals;

coro<std::vector<socket_address>> name_cache::lookup(std::string host, std::uint16_t port) {
    auto const literal = socket_address::from_literal(host, port);
    if (literal.family() != address_family::unspecified) co_return std::vector<socket_address>(1, literal);

    auto& place = entries_[host];
    if (!place) place = std::make_shared<entry>();
    auto const known = place;
    make_room();
    auto const held = co_await known->asking.scoped_acquire();
    if (known->until <= clock::now()) {
        known->error = nullptr;
        try {
            known->addresses = co_await getaddrinfo(host, port);
            known->until = clock::now() + 10s;
        } catch (std::exception const&) {
            known->error = std::current_exception();
            known->until = clock::now() + 1s;
        }
    }
    if (known->error) std::rethrow_exception(known->error);
    auto result = known->addresses;
    for (auto& address : result) address.set_port(port);
    co_return result;
}

void name_cache::make_room() {
    constexpr std::size_t most = 1000;
    if (entries_.size() <= most) return;
    auto const now = clock::now();
    for (auto at = entries_.begin(); at != entries_.end();) {
        bool const in_use = at->second.use_count() > 1;
        at = in_use || at->second->until > now ? std::next(at) : entries_.erase(at);
    }
}

}  // namespace rota::inline v0::http::detail
