#include "http/exchange.hpp"

#include <rota/combine/timeout.hpp>

#include <new>
#include <utility>

namespace rota::inline v0::http::detail {

exchange::~exchange() {
    take_what_was_given();
    release();
}

coro<bool> exchange::is_quiet() {
    try {
        // A deadline that is past lets the kernel answer, and waits for nobody.
        co_await with_timeout_at(clock::time_point::min(), connection_.fill());
    } catch (timeout_error const&) {
        co_return true;
    } catch (system_error const&) {
        // As good as closed.
    }
    co_return false;
}

coro<> exchange::begin(std::string_view request) {
    co_await with_timeout_at(deadline_, connection_.write(request));
    bool open = true;  // named: GCC 12 can lose an await that stands in a condition
    while (!parser_.has_head()) {
        if (connection_.buffered().empty()) open = co_await fill();
        if (!open) parser_.finish();
        connection_.consume(parser_.feed(connection_.buffered()).taken);
    }
    if (auto const length = parser_.content_length()) check_size(*length);
}

coro<std::string_view> exchange::read_some() {
    take_what_was_given();
    bool open = true;
    while (!parser_.complete()) {
        if (connection_.buffered().empty()) open = co_await fill();
        if (!open) {
            parser_.finish();
            break;
        }
        auto const piece = parser_.feed(connection_.buffered());
        if (!piece.body.empty()) {
            check_size(parser_.body_received());
            given_ = piece.taken;
            co_return piece.body;
        }
        connection_.consume(piece.taken);
    }
    release();
    co_return std::string_view();
}

coro<bool> exchange::fill() { co_return co_await with_timeout_at(deadline_, connection_.fill()); }

void exchange::check_size(std::uint64_t size) const {
    if (size > max_body_)
        throw body_too_large_error("the body is larger than the " + std::to_string(max_body_) +
                                   " bytes that are allowed");
}

void exchange::take_what_was_given() {
    if (given_ != 0) connection_.consume(std::exchange(given_, 0));
}

void exchange::release() noexcept {
    if (!connection_) return;
    auto connection = std::move(connection_);
    // What came behind the response is nobody's: the next request must not take it for its own.
    if (!parser_.complete() || !parser_.keep_alive() || !connection.buffered().empty()) return;
    try {
        pool_->put(key_, std::move(connection));
    } catch (std::bad_alloc const&) {
        // Then the next request makes its own.
    }
}

}  // namespace rota::inline v0::http::detail
