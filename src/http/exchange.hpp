#pragma once

#include "http/connection_pool.hpp"

#include <rota/base/clock.hpp>
#include <rota/core/coro.hpp>
#include <rota/http/response_parser.hpp>
#include <rota/io/stream.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0::http::detail {

/// One request and its response on a connection, which goes back to the pool when both are done with.
class exchange {
public:
    exchange(std::shared_ptr<connection_pool> pool, std::string key, stream connection, parser_limits const& limits)
        : parser_(limits), connection_(std::move(connection)), pool_(std::move(pool)), key_(std::move(key)) {}
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;
    ~exchange();

    void limit(std::optional<clock::time_point> deadline, std::uint64_t max_body) noexcept {
        deadline_ = deadline;
        max_body_ = max_body;
    }

    /// For a connection that was kept: false where it was closed meanwhile, or something came that nobody asked for, which
    /// would pass for the answer to the next request.
    coro<bool> is_quiet();
    /// Sends the request and reads the head of the response.
    coro<> begin(std::string_view request);
    coro<std::string_view> read_some();

    response_parser const& parser() const noexcept { return parser_; }

private:
    coro<bool> fill();
    void check_size(std::uint64_t size) const;
    void take_what_was_given();
    void release() noexcept;

    response_parser parser_;
    stream connection_;
    std::shared_ptr<connection_pool> pool_;
    std::string key_;
    std::optional<clock::time_point> deadline_;
    std::uint64_t max_body_ = 0;
    /// Bytes in the connection's buffer that the caller looks at.
    std::size_t given_ = 0;
};

}  // namespace rota::inline v0::http::detail
