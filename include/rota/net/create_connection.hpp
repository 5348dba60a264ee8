#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/protocol_transport.hpp>
#include <rota/net/open_connection.hpp>
#include <rota/net/open_unix_connection.hpp>
#include <rota/net/server.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace rota::inline v0 {

/// A connection and who it calls.
///
/// asyncio: the pair that `create_connection` gives.
template <class Protocol>
struct protocol_connection {
    protocol_transport transport;
    std::shared_ptr<Protocol> protocol;
};

namespace detail {

/// Attaches, and comes back when `connection_made` has been called.
ROTA_API coro<protocol_transport> begin_protocol(stream connection, std::shared_ptr<base_protocol> calls);
/// Attaches, and waits until the connection is lost; cancelled, it aborts it.
ROTA_API coro<> serve_protocol(stream connection, std::shared_ptr<base_protocol> calls);

template <class Factory>
coro<protocol_connection<made_protocol<Factory>>> connect_protocol(Factory factory, coro<stream> opening) {
    stream opened = co_await std::move(opening);
    auto made = std::shared_ptr<made_protocol<Factory>>(std::invoke(factory));
    protocol_transport transport = co_await begin_protocol(std::move(opened), made);
    protocol_connection<made_protocol<Factory>> both{std::move(transport), std::move(made)};
    co_return both;
}

template <class Factory>
auto serve_with(Factory&& factory) {
    return [make = std::decay_t<Factory>(std::forward<Factory>(factory))](stream connection) mutable {
        return serve_protocol(std::move(connection), std::shared_ptr<made_protocol<std::decay_t<Factory>>>(make()));
    };
}

}  // namespace detail

/// Connects, and has `factory()`'s protocol called. The factory gives a `std::shared_ptr` or `std::unique_ptr` of it; where to
/// connect is what `open_connection` takes, with `<rota/tls.hpp>` an `ssl_context` too.
///
///     auto made = co_await rota::create_connection([] { return std::make_shared<client>(); }, "127.0.0.1", port);
///     made.transport.write("hello");
///
/// Errors: those of `open_connection`; the factory's.
/// Cancellation: nothing stays open.
/// asyncio: `create_connection`.
template <class Factory, class... Where>
[[nodiscard]] auto create_connection(Factory factory, Where&&... where) {
    return detail::connect_protocol(std::move(factory), open_connection(std::forward<Where>(where)...));
}

/// The same to a Unix socket, by what `open_unix_connection` takes.
///
/// Errors: those of `open_unix_connection`; the factory's.
/// Cancellation: nothing stays open.
/// asyncio: `create_unix_connection`.
template <class Factory, class... Where>
[[nodiscard]] auto create_unix_connection(Factory factory, Where&&... where) {
    return detail::connect_protocol(std::move(factory), open_unix_connection(std::forward<Where>(where)...));
}

/// Listens, and has a protocol of `factory()`'s called for each connection. Where and how is what `start_server` takes.
/// `server::close_clients` aborts the connections; that is their handlers' end.
///
/// Errors: those of `start_server`; the factory's reach the loop's exception handler, and the connection closes.
/// Cancellation: nothing stays open.
/// asyncio: `create_server`.
template <class Factory, class... Where>
[[nodiscard]] auto create_server(Factory&& factory, Where&&... where) {
    auto handler = detail::serve_with(std::forward<Factory>(factory));
    return start_server(std::move(handler), std::forward<Where>(where)...);
}

/// The same at a Unix socket, by what `start_unix_server` takes.
///
/// Errors: those of `start_unix_server`.
/// Cancellation: nothing stays open, and no file stays.
/// asyncio: `create_unix_server`.
template <class Factory, class... Where>
[[nodiscard]] auto create_unix_server(Factory&& factory, Where&&... where) {
    auto handler = detail::serve_with(std::forward<Factory>(factory));
    return start_unix_server(std::move(handler), std::forward<Where>(where)...);
}

}  // namespace rota::inline v0
