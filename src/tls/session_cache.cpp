#include "session_cache.hpp"

#include <ctime>

namespace rota::inline v0::detail {
namespace {

bool is_good(SSL_SESSION const* session) noexcept {
    return SSL_SESSION_is_resumable(session) == 1 &&
           SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session) > std::time(nullptr);
}

}  // namespace

void session_cache::put(std::string const& key, ssl_session_owner session) {
    std::lock_guard const locked(mutex_);
    auto const [found, is_new] = by_key_.try_emplace(key, by_use_.end());
    if (is_new) {
        try {
            found->second = by_use_.emplace(by_use_.begin(), key);
        } catch (...) {
            by_key_.erase(found);
            throw;
        }
    } else {
        by_use_.splice(by_use_.begin(), by_use_, found->second);
    }
    auto& kept = by_use_.front().kept;
    if (kept.size() >= most_of_a_server) kept.erase(kept.begin());
    kept.push_back(std::move(session));
    if (by_use_.size() <= most_servers) return;
    by_key_.erase(by_use_.back().key);
    by_use_.pop_back();
}

ssl_session_owner session_cache::take(std::string const& key) {
    std::lock_guard const locked(mutex_);
    auto const found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    auto& kept = by_use_.front().kept;
    while (!kept.empty()) {
        ssl_session_owner last = std::move(kept.back());
        kept.pop_back();
        if (!is_good(last.get())) continue;
        if (SSL_SESSION_get_protocol_version(last.get()) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(last.get());
            kept.emplace_back(last.get());
        }
        return last;
    }
    return nullptr;
}

void session_cache::clear() noexcept {
    std::lock_guard const locked(mutex_);
    by_key_.clear();
    by_use_.clear();
}

}  // namespace rota::inline v0::detail
