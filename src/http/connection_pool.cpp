#include "http/connection_pool.hpp"

#include <algorithm>
#include <utility>

namespace rota::inline v0::http::detail {

std::optional<connection_pool::kept> connection_pool::take(std::string const& key) {
    auto const found = by_host_.find(key);
    if (found == by_host_.end()) return std::nullopt;
    auto& of = found->second;
    close_expired(of, clock::now());
    std::optional<kept> result;
    if (!of.empty()) {
        result = std::move(of.back());
        of.pop_back();
        --idle_;
    }
    if (of.empty()) by_host_.erase(found);
    return result;
}

void connection_pool::put(std::string const& key, stream connection) {
    auto const now = clock::now();
    if (idle_ >= max_idle_) {
        for (auto at = by_host_.begin(); at != by_host_.end();) {
            close_expired(at->second, now);
            at = at->second.empty() ? by_host_.erase(at) : std::next(at);
        }
    }
    if (idle_ >= max_idle_) return;
    by_host_[key].push_back({std::move(connection), now});
    ++idle_;
}

void connection_pool::close() {
    by_host_.clear();
    idle_ = max_idle_ = 0;
}

// They stand in the order in which they were put.
void connection_pool::close_expired(std::vector<kept>& of, clock::time_point now) {
    auto const alive =
        std::find_if(of.begin(), of.end(), [&](kept const& one) { return now - one.since < keep_alive_; });
    idle_ -= static_cast<std::size_t>(alive - of.begin());
    of.erase(of.begin(), alive);
}

}  // namespace rota::inline v0::http::detail
