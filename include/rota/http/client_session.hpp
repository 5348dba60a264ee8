#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/http/response_parser.hpp>
#include <rota/http/url.hpp>
#include <rota/io/stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v0 {

class ssl_context;

}  // namespace rota::inline v0

namespace rota::inline v0::http {
namespace detail {

class connection_pool;
class exchange;
class name_cache;

}  // namespace detail

/// How a session is to behave.
struct client_options {
    client_options() = default;

    /// Connections kept open for the next request, in all.
    std::size_t max_idle = 1000;
    /// How long each is kept.
    clock::duration keep_alive = std::chrono::seconds(15);
    std::string user_agent = "rota/0.1";
    /// For `https://`: whom to trust, and what to show. Null: as `create_default_ssl_context` has it.
    std::shared_ptr<ssl_context const> ssl{};
    parser_limits limits;
};

/// How one request is to be made.
struct get_options {
    get_options() = default;

    /// From the call to the last byte of the body; nothing: for ever. After it each await throws `timeout_error`.
    std::optional<clock::duration> timeout = std::chrono::seconds(300);
    /// A larger body is an error: before it is read where the server says so, else when it has grown so large.
    std::uint64_t max_body = std::uint64_t{1} << 30;
};

/// The answer to a request: its head is here, its body comes by `read_some` or `read`. Move-only.
/// Its connection serves another request once the body has been read to its end; destroyed before that, it closes it.
///
/// asyncio: aiohttp's `ClientResponse`.
class ROTA_API response {
public:
    response(response&&) noexcept;
    response& operator=(response&&) noexcept;
    ~response();

    /// The status, and the whole head with its fields.
    int status() const noexcept { return head().status; }
    response_head const& head() const noexcept;
    /// How long the body will be, where the server said so.
    std::optional<std::uint64_t> content_length() const noexcept;

    /// The next part of the body as it arrives, empty at its end. The view is good until the next read.
    ///
    /// Errors: `truncated_error` where the connection ends before the body does, `protocol_error`, `body_too_large_error`,
    /// `timeout_error`, and `system_error` with the peer.
    /// Cancellation: loses no byte; read on or let it go.
    /// asyncio: aiohttp's `content.readany()`.
    coro<std::string_view> read_some();

    /// The rest of the body. Errors and asyncio as above; aiohttp's `read()` knows no bound.
    ///
    /// Cancellation: what was read is gone with it.
    coro<std::string> read();

private:
    friend class client_session;
    explicit response(std::unique_ptr<detail::exchange> from) noexcept;

    std::unique_ptr<detail::exchange> exchange_;
};

/// Makes requests, and keeps connections open for the next one to the same host and port. Any number of requests at once,
/// each on a connection of its own. Belongs to the loop it is used in; may die before its responses do.
///
/// Names are looked up once in ten seconds. For now: GET over `http://` and, where Rota is built with TLS, `https://`;
/// redirects are given as they are, bodies are not decompressed (none is asked for).
///
/// asyncio: aiohttp's `ClientSession`.
class ROTA_API client_session {
public:
    explicit client_session(client_options options = {});
    client_session(client_session const&) = delete;
    client_session& operator=(client_session const&) = delete;
    ~client_session();

    /// Asks for `address` and gives the answer once its head is here; a status of 400 is an answer too.
    ///
    /// A connection kept from before may have been closed by its server meanwhile: where one ends without any answer, the
    /// request is made once more on a new one.
    ///
    /// Errors: `system_error` with what failed, among them `ssl_error` and its kinds; `protocol_error`; `timeout_error`;
    /// `url_error` for `https://` where Rota is built without TLS.
    /// Cancellation: closes the connection in use.
    /// asyncio: aiohttp's `get`.
    coro<response> get(url address, get_options options = {});
    /// The same of a URL as text, which is copied and taken apart when it is awaited.
    ///
    /// Errors: `url_error` as `url::parse` has it; those above.
    /// Cancellation: closes the connection in use.
    /// asyncio: aiohttp's `get`.
    coro<response> get(std::string_view address, get_options options = {});

    /// Connections that wait for the next request.
    std::size_t idle_connections() const noexcept;

private:
    coro<stream> connect(url const& address);
    coro<response> get_text(std::string address, get_options options);

    client_options options_;
    std::shared_ptr<detail::connection_pool> pool_;
    std::unique_ptr<detail::name_cache> names_;
};

}  // namespace rota::inline v0::http
