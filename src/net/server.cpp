#include <rota/net/server.hpp>

#include "server_state.hpp"
#include "unix_path.hpp"

#include <rota/base/error.hpp>
#include <rota/core/debug.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/task_start.hpp>
#include <rota/net/getaddrinfo.hpp>
#include "core/making.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

namespace rota::inline v0 {
namespace detail {

bool server_awaiter::begin(task_state& task) {
    task_ = &task;
    if (task.visible != 0) [[unlikely]]
        return task.raise_at_entry();
    if (task.home != &server_->home())
        throw_usage_error(
            "a server was awaited that belongs to another loop; await it there, by way of run_coroutine_threadsafe");
    if (server_->begin_wait(*this)) {
        task.parked = this;
        return true;
    }
    if (--hot.budget > 0) return false;
    wake(task);
    return true;
}

namespace {

coro<> wait_until_closed(std::shared_ptr<server_state> state) {
    std::exception_ptr cancelled;
    try {
        co_await server_awaiter(state, false);
    } catch (cancelled_error const&) {
        cancelled = std::current_exception();
    }
    if (!cancelled) co_return;
    state->close();
    state->close_clients();
    co_await with_shield(server_awaiter(state, true));
    std::rethrow_exception(std::move(cancelled));
}

}  // namespace

namespace {

/// Listening nowhere yet.
server make_server(std::unique_ptr<connection_handler> handler, server_options const& options,
                   std::shared_ptr<server_state>& state) {
    state = std::make_shared<server_state>(running_loop(), std::move(handler), options);
    if (debug_mode()) note_making(state.get());
    return server(state);
}

void listen_everywhere(server_state& state, std::uint16_t port) {
    state.bind(socket_address::from_literal("0.0.0.0", port));
    try {
        state.bind(socket_address::from_literal("::", port != 0 ? port : state.sockets().back().port()));
    } catch (system_error const& error) {
        // A machine without IPv6.
        if (error.code() != std::errc::address_family_not_supported && error.code() != std::errc::address_not_available)
            throw;
    }
}

}  // namespace

coro<server> open_server(std::unique_ptr<connection_handler> handler, std::vector<std::string> hosts,
                         std::uint16_t port, server_options options) {
    if (hosts.empty()) throw_usage_error("start_server: at no host; give at least one, which may be empty");
    std::shared_ptr<server_state> state;
    server made = make_server(std::move(handler), options, state);
    std::vector<socket_address> done;
    for (auto& host : hosts) {
        if (host.empty()) {
            listen_everywhere(*state, port);
            continue;
        }
        auto const addresses = co_await getaddrinfo(std::move(host), port);
        for (auto const& each : addresses) {
            if (std::find(done.begin(), done.end(), each) != done.end()) continue;
            state->bind(each);
            done.push_back(each);
        }
    }
    if (options.start_serving) state->start_serving();
    co_return made;
}

coro<server> open_server(std::unique_ptr<connection_handler> handler, std::vector<socket_address> addresses,
                         server_options options) {
    if (addresses.empty()) throw_usage_error("start_server: at no address; give at least one");
    std::shared_ptr<server_state> state;
    server made = make_server(std::move(handler), options, state);
    for (auto const& each : addresses) state->bind(each);
    if (options.start_serving) state->start_serving();
    co_return made;
}

coro<server> open_unix_server(std::unique_ptr<connection_handler> handler, std::string path, server_options options) {
    auto const at = unix_address(path, "bind");
    std::shared_ptr<server_state> state;
    server made = make_server(std::move(handler), options, state);
    state->bind(at);
    if (options.start_serving) state->start_serving();
    co_return made;
}

}  // namespace detail

server& server::operator=(server&& other) noexcept {
    if (this != &other) {
        if (state_) state_->drop();
        state_ = std::move(other.state_);
    }
    return *this;
}

server::~server() {
    if (state_) state_->drop();
}

detail::server_state& server::state() const {
    if (!state_) detail::throw_usage_error("this server is empty, or was moved from; start_server gives full ones");
    detail::check_owner(&state_->home(), "a server's");
    return *state_;
}

std::vector<socket_address> server::sockets() const { return state().sockets(); }
bool server::is_serving() const { return state().serving(); }
loop& server::get_loop() const { return state().home(); }
void server::start_serving() { state().start_serving(); }
void server::close() { state().close(); }
void server::close_clients() { state().close_clients(); }
void server::abort_clients() { state().abort_clients(); }

detail::server_awaiter server::wait_closed() {
    state();
    return detail::server_awaiter(state_, true);
}

coro<> server::serve_forever() {
    if (!state().closed()) state().start_serving();
    return detail::wait_until_closed(state_);
}

}  // namespace rota::inline v0
