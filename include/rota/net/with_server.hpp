#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/bound_body.hpp>
#include <rota/detail/run_and_end.hpp>
#include <rota/net/server.hpp>

#include <memory>
#include <utility>

namespace rota::inline v0 {
namespace detail {

/// Ends the server that it was made of, wherever the body has moved that one. Needs no memory.
class ROTA_API server_end {
public:
    explicit server_end(server const& of) : server_(of.state_) { of.state(); }
    server_awaiter operator()(server&) const noexcept;

private:
    std::shared_ptr<server_state> server_;
};

template <class Bound>
auto run_with_server(server listening, Bound body) {
    server_end end(listening);
    return run_and_end<server>(std::move(listening), std::move(body), std::move(end));
}

template <class Bound>
coro<typename Bound::result> start_with_server(coro<server> starting, Bound body) {
    server listening = co_await std::move(starting);
    co_return co_await run_with_server(std::move(listening), std::move(body));
}

}  // namespace detail

/// Awaits `body`, then closes the server, cancels its handlers and awaits their end: whichever way the body is left, no
/// handler is left, so handlers may use what stands before it by reference. The server is a `server`, or the coroutine that
/// starts it; the body takes a `server&`, or is `fn, args...`, called as `fn(server, args...)`. Gives what the body gives.
///
///     int guests = 0;
///     auto const greet = [&](rota::stream peer) -> rota::coro<> { co_await peer.write(std::to_string(++guests)); };
///     auto const serve = [](rota::server& server) -> rota::coro<> { co_await server.serve_forever(); };
///     co_await rota::with_server(rota::start_server(greet, "127.0.0.1", 8080), serve);
///
/// To have the handlers end by themselves, let the body end with `server.close()` and `co_await server.wait_closed()`.
///
/// Errors: those of the start; the body's; `usage_error` where the server is empty.
/// Cancellation: reaches the body; the end is shielded.
/// asyncio: `async with server:`, which closes it and waits for its handlers, which may be for ever.
template <class Body, class... Args>
[[nodiscard]] auto with_server(server listening, Body&& body, Args&&... args) {
    return detail::run_with_server(
        std::move(listening),
        detail::bind_body(detail::offers<server>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}
template <class Body, class... Args>
[[nodiscard]] auto with_server(coro<server> starting, Body&& body, Args&&... args) {
    return detail::start_with_server(
        std::move(starting),
        detail::bind_body(detail::offers<server>{}, std::forward<Body>(body), std::forward<Args>(args)...));
}

}  // namespace rota::inline v0
