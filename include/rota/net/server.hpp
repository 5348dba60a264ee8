#pragma once

#include <rota/base/export.hpp>
#include <rota/base/intrusive_list.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/promise.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/engine/socket_address.hpp>
#include <rota/io/stream.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

class loop;

/// How a server is to listen.
///
/// asyncio: the arguments of `start_server`.
struct server_options {
    server_options() = default;

    /// For the streams of its connections.
    stream_options stream{};
    /// How many connections the kernel may keep waiting to be accepted.
    int backlog = 1024;
    /// Lets a server listen where one was that has just ended.
    bool reuse_address = true;
    /// Lets several servers listen at one address; the kernel shares the connections out.
    bool reuse_port = false;
    /// Sends small writes at once, without waiting for more.
    bool no_delay = true;
    /// Listens from the beginning; else its addresses are only taken, and who connects is refused, until
    /// `server::start_serving`.
    bool start_serving = true;
    /// Has the kernel ask now and then whether the peer of a silent connection is still there.
    bool keep_alive = false;
    /// Of a Unix server: its file is removed when it closes, unless another server's has taken its place.
    bool cleanup_socket = true;
};

namespace detail {

class connection_handler {
public:
    virtual ~connection_handler() = default;
    virtual coro<> handle(stream connection) = 0;
};

template <class F>
class typed_connection_handler final : public connection_handler {
public:
    template <class G>
    explicit typed_connection_handler(std::in_place_t, G&& function) : function_(std::forward<G>(function)) {}
    coro<> handle(stream connection) override { return std::invoke(function_, std::move(connection)); }

private:
    F function_;
};

class server_end;
class server_state;

/// Waits until a server has been closed, and also until its connections are gone.
class ROTA_API server_awaiter final : public leaf, public list_node {
public:
    server_awaiter(std::shared_ptr<server_state> of, bool until_empty) noexcept
        : server_(std::move(of)), until_empty_(until_empty) {}
    server_awaiter(server_awaiter&&) noexcept = default;
    ~server_awaiter() = default;

    bool await_ready() const noexcept { return false; }
    template <chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        return begin(suspend_here(awaiting.promise(), line));
    }
    void await_resume() const { check_raise(); }

    bool cancel(task_state&) noexcept override {
        unlink();
        return true;
    }
    char const* waits_for() const noexcept override {
        return until_empty_ ? "server.wait_closed" : "server.serve_forever";
    }

private:
    friend class server_state;
    bool begin(task_state& task);

    std::shared_ptr<server_state> server_;
    task_state* task_ = nullptr;
    bool until_empty_;
};

}  // namespace detail

/// Listens, and runs its handler as a task for each connection. Move-only; empty by default, where every call but
/// `operator bool` throws `usage_error`. Its destructor closes it; its connections live on, and end with the loop.
///
/// asyncio: `Server`.
class ROTA_API server {
public:
    server() = default;
    server(server&&) noexcept = default;
    server& operator=(server&& other) noexcept;
    ~server();

    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// Where it listens, or will; with the ports that were chosen for 0; nothing once it is closed.
    std::vector<socket_address> sockets() const;
    /// Whether it accepts connections.
    bool is_serving() const;
    /// The loop that it belongs to.
    ///
    /// asyncio: `get_loop`.
    loop& get_loop() const;

    /// Begins to listen and accept, where `server_options::start_serving` is false; nothing where it does already.
    ///
    /// Errors: `system_error` as in `listen on 127.0.0.1:80: Address already in use`; `usage_error` where it is closed.
    /// asyncio: `start_serving`, a coroutine.
    void start_serving();

    /// Stops accepting, at once: who connects is refused, and another server may listen there. Connections are left alone.
    void close();
    /// Cancels the handlers of all connections.
    void close_clients();
    /// Cuts all connections at once, whatever was still to be sent, and leaves their handlers alone: who of them reads or
    /// writes gets a `system_error` with `ECONNABORTED`.
    ///
    /// asyncio: `abort_clients`; a handler that reads sees the end of the stream there.
    void abort_clients();

    /// Waits until it is closed and no handler runs any more.
    ///
    /// Cancellation: ends the wait alone.
    /// asyncio: `wait_closed`.
    [[nodiscard]] detail::server_awaiter wait_closed();

    /// Waits until the server is closed. It accepts also without that, unless `server_options::start_serving` is false.
    ///
    /// Cancellation: closes the server, cancels its handlers and awaits their end before it raises.
    /// asyncio: `serve_forever`, which raises `CancelledError` also where somebody closes the server.
    [[nodiscard]] coro<> serve_forever();

    /// For `start_server`.
    explicit server(std::shared_ptr<detail::server_state> state) noexcept : state_(std::move(state)) {}

private:
    friend class detail::server_end;
    detail::server_state& state() const;

    std::shared_ptr<detail::server_state> state_;
};

namespace detail {

ROTA_API coro<server> open_server(std::unique_ptr<connection_handler> handler, std::vector<std::string> hosts,
                                  std::uint16_t port, server_options options);
ROTA_API coro<server> open_server(std::unique_ptr<connection_handler> handler, std::vector<socket_address> addresses,
                                  server_options options);
ROTA_API coro<server> open_unix_server(std::unique_ptr<connection_handler> handler, std::string path,
                                       server_options options);

template <class F>
struct find_handler_result : std::type_identity<coro<>> {};
template <std::invocable<stream> F>
struct find_handler_result<F> : std::invoke_result<F, stream> {};

/// What a handler gives; of what is none, as if it were well.
template <class F>
using handler_result = typename find_handler_result<F>::type;

template <class F>
std::unique_ptr<connection_handler> make_handler(F&& handler) {
    static_assert(std::invocable<std::decay_t<F>&, stream>,
                  "rota: a handler takes its rota::stream by value (not stream&): the connection is its own");
    static_assert(std::same_as<handler_result<std::decay_t<F>&>, coro<>>,
                  "rota: a handler gives rota::coro<>, as in [](rota::stream peer) -> rota::coro<> { ... }");
    return std::make_unique<typed_connection_handler<std::decay_t<F>>>(std::in_place, std::forward<F>(handler));
}

}  // namespace detail

/// Listens for TCP connections at `host` (a literal or a name; empty: all of this machine's addresses) and `port` (0: one
/// that is free, see `server::sockets`), and runs `handler(stream)`, which returns `coro<>`, as a task for each. The handler
/// is kept as long as one of its tasks runs. An error that it throws reaches the loop's exception handler.
///
/// Handlers outlive the server and the coroutine that started it. Where they use something of that one's by reference,
/// `with_server` ends them before it goes.
///
/// Where the process or the system runs out of descriptors or buffers, accepting pauses for 100 ms at a time.
///
/// GCC 12: name a handler that captures more than references before you pass it.
///
/// Errors: `name_error`; `system_error` as in `bind 127.0.0.1:80: Permission denied`.
/// Cancellation: nothing stays open.
/// asyncio: `start_server`.
template <class F>
[[nodiscard]] coro<server> start_server(F&& handler, std::string host, std::uint16_t port,
                                        server_options options = {}) {
    std::vector<std::string> hosts;
    hosts.push_back(std::move(host));
    return detail::open_server(detail::make_handler(std::forward<F>(handler)), std::move(hosts), port,
                               std::move(options));
}

/// The same at each of several hosts, or at addresses that are known already; with a port of 0 each has one of its own. All
/// listen, or none does.
///
/// Errors: `usage_error` where there are none.
/// Cancellation: nothing stays open.
/// asyncio: `start_server` with a sequence of hosts.
template <class F>
[[nodiscard]] coro<server> start_server(F&& handler, std::vector<std::string> hosts, std::uint16_t port,
                                        server_options options = {}) {
    return detail::open_server(detail::make_handler(std::forward<F>(handler)), std::move(hosts), port,
                               std::move(options));
}
template <class F>
[[nodiscard]] coro<server> start_server(F&& handler, std::vector<socket_address> addresses,
                                        server_options options = {}) {
    return detail::open_server(detail::make_handler(std::forward<F>(handler)), std::move(addresses),
                               std::move(options));
}

/// Listens at the Unix socket `path`; one that begins with a NUL is a name of Linux's own, which stands for no file. A socket
/// that stands there already is taken for what an earlier server left, and removed. See `server_options::cleanup_socket`.
///
/// Errors: `system_error` as in `bind /run/x: Address already in use` where the file is no socket.
/// Cancellation: nothing stays open, and no file stays.
/// asyncio: `start_unix_server`.
template <class F>
[[nodiscard]] coro<server> start_unix_server(F&& handler, std::string path, server_options options = {}) {
    return detail::open_unix_server(detail::make_handler(std::forward<F>(handler)), std::move(path),
                                    std::move(options));
}

}  // namespace rota::inline v0
