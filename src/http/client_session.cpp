#include <rota/http/client_session.hpp>

#include "http/exchange.hpp"
#include "http/name_cache.hpp"
#include "http/secure_connection.hpp"

#include <rota/base/error.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/net/open_connection.hpp>

#include <utility>

namespace rota::inline v0::http {
namespace {

std::string request_for(url const& address, std::string const& user_agent) {
    // Nothing is decompressed yet, so nothing compressed is asked for.
    return "GET " + address.target() + " HTTP/1.1\r\nHost: " + address.host_field() + "\r\nUser-Agent: " + user_agent +
           "\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n";
}

}  // namespace

response::response(std::unique_ptr<detail::exchange> from) noexcept : exchange_(std::move(from)) {}
response::response(response&&) noexcept = default;
response& response::operator=(response&&) noexcept = default;
response::~response() = default;

response_head const& response::head() const noexcept { return exchange_->parser().head(); }
std::optional<std::uint64_t> response::content_length() const noexcept { return exchange_->parser().content_length(); }

coro<std::string_view> response::read_some() { return exchange_->read_some(); }

coro<std::string> response::read() {
    std::string result;
    while (true) {
        auto const part = co_await exchange_->read_some();
        if (part.empty()) co_return result;
        result += part;
    }
}

client_session::client_session(client_options options)
    : options_(std::move(options)),
      pool_(std::make_shared<detail::connection_pool>(options_.max_idle, options_.keep_alive)),
      names_(std::make_unique<detail::name_cache>()) {}

client_session::~client_session() { pool_->close(); }

std::size_t client_session::idle_connections() const noexcept { return pool_->idle(); }

// By addresses, so that a name is looked up once for many pages.
coro<stream> client_session::connect(url const& address) {
    bool const secure = address.scheme() == "https";
    // Made when it is needed: the system's roots take a while to read.
    if (secure && !options_.ssl) options_.ssl = detail::make_ssl_context();
    auto candidates = co_await names_->lookup(address.host(), address.port());
    connection_options options;
    options.stream.may_be_dropped = true;  // where no response is to come over it any more
    options.name = address.host_field();
    if (!secure) co_return co_await open_connection(std::move(candidates), options);
    co_return co_await detail::open_secure_connection(std::move(candidates), address, options_.ssl, options);
}

coro<response> client_session::get(std::string_view address, get_options options) {
    return get_text(std::string(address), options);
}

coro<response> client_session::get_text(std::string address, get_options options) {
    co_return co_await get(url::parse(address), options);
}

coro<response> client_session::get(url address, get_options options) {
    std::optional<clock::time_point> deadline;
    if (options.timeout) deadline = rota::detail::deadline_after(clock::now(), *options.timeout);
    auto const request = request_for(address, options_.user_agent);
    auto const key = address.scheme() + "://" + address.host_field();

    // One that was used just now is not asked whether it is quiet: that costs as much as a small page.
    constexpr auto just_now = std::chrono::milliseconds(10);
    auto kept = pool_->take(key);
    while (true) {
        bool const reused = kept.has_value();
        bool const to_be_asked = reused && clock::now() - kept->since >= just_now;
        stream connection;
        if (reused)
            connection = std::move(kept->connection);
        else
            connection = co_await with_timeout_at(deadline, connect(address));
        kept.reset();
        auto exchange = std::make_unique<detail::exchange>(pool_, key, std::move(connection), options_.limits);
        exchange->limit(deadline, options.max_body);
        try {
            bool const usable = !to_be_asked || co_await exchange->is_quiet();
            if (usable) {
                co_await exchange->begin(request);
                co_return response(std::move(exchange));
            }
        } catch (system_error const&) {
            if (!reused || exchange->parser().started()) throw;
        } catch (truncated_error const&) {
            if (!reused || exchange->parser().started()) throw;
        }
        // The server had closed it meanwhile, which is nobody's fault.
    }
}

}  // namespace rota::inline v0::http
