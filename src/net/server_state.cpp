#include "server_state.hpp"

#include "socket_transport.hpp"

#include <rota/base/error.hpp>
#include <rota/core/debug.hpp>
#include <rota/core/sleep.hpp>
#include <rota/detail/operation_awaiter.hpp>
#include <rota/detail/report.hpp>
#include <rota/detail/task_start.hpp>
#include "core/making.hpp"

#include <cerrno>
#include <exception>
#include <source_location>
#include <string>
#include <utility>

namespace rota::inline v0::detail {
namespace {

constexpr auto pause_without_resources = std::chrono::milliseconds(100);

bool is_lack_of_resources(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/// What accept(2) passes on from a connection that failed while it was queued.
bool concerns_one_connection(int error) noexcept {
    switch (error) {
        case ECONNABORTED:
        case EINTR:
        case EPROTO:
        case EPERM:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case EOPNOTSUPP:
        case ENETUNREACH:
        case ETIMEDOUT: return true;
        default: return false;
    }
}

// Not before its turn, whatever the task factory says: `kept` may be in the frame, and go with it.
void start_kept(loop& on, any_task& kept, coro<> work) {
    task_state* const made = make_task(std::move(work), std::source_location::current());
    kept = any_task::adopt(made);
    on.adopt_lazily(*made);
}

}  // namespace

template <class Make>
void server_state::report(Make&& make) const noexcept {
    try {
        home_->call_exception_handler(make());
    } catch (...) {
        home_->call_exception_handler({"out of memory", std::current_exception()});  // short enough to need none
    }
}

connection_record::connection_record(std::shared_ptr<server_state> of, io_handle accepted)
    : handle(accepted), server_(std::move(of)) {
    server_->connections_.push_back(*this);
    ++server_->active_;
}

connection_record::~connection_record() {
    unlink();
    server_->one_left();
}

server_state::acceptor_record::~acceptor_record() {
    if (!server) return;
    if (server->on_its_loop()) server->home_->kernel().close(handle);
    server->one_left();
}

server_state::server_state(loop& on, std::unique_ptr<connection_handler> handler, server_options const& options)
    : home_(&on), handler_(std::move(handler)), options_(options) {}

server_state::~server_state() { close(); }

void server_state::bind(socket_address const& at) {
    engine& kernel = home_->kernel();
    auto const check = [&](std::int32_t result, char const* operation) {
        if (result < 0) throw system_error(-result, operation, at.to_string());
    };
    io_handle opened;
    check(kernel.open_socket(at.family(), opened), "open a socket for");
    socket_holder socket(kernel, opened);
    bool const of_unix = at.family() == address_family::unix_path;
    if (of_unix) {
        // Left by a server that has ended, as far as can be known.
        std::uint64_t left = 0;
        if (kernel.find_socket_file(at, left) == 0) kernel.remove_socket_file(at);
    } else if (options_.reuse_address) {
        check(kernel.set_option(opened, socket_option::reuse_address, 1), "set SO_REUSEADDR for");
    }
    if (options_.reuse_port) check(kernel.set_option(opened, socket_option::reuse_port, 1), "set SO_REUSEPORT for");
    if (at.family() == address_family::ipv6)
        check(kernel.set_option(opened, socket_option::ipv6_only, 1), "set IPV6_V6ONLY for");
    if (options_.keep_alive && !of_unix)
        check(kernel.set_option(opened, socket_option::keep_alive, 1), "set SO_KEEPALIVE for");
    // What is accepted has the listener's options: one call for all connections.
    if (options_.no_delay && !of_unix)
        check(kernel.set_option(opened, socket_option::no_delay, 1), "set TCP_NODELAY for");
    // Before there is a file that would be left for lack of memory.
    listeners_.reserve(listeners_.size() + 1);
    check(kernel.bind(opened, at), "bind");
    std::uint64_t file = 0;
    if (of_unix && options_.cleanup_socket) kernel.find_socket_file(at, file);
    listeners_.emplace_back(opened, at, file);
    socket.release();
    kernel.local_address(opened, listeners_.back().local);
}

void server_state::start_serving() {
    if (closed_) throw_usage_error("server.start_serving: it is closed; start_server gives a new one");
    if (serving_) return;
    for (auto const& each : listeners_)
        if (std::int32_t const result = home_->kernel().listen(each.handle, options_.backlog); result < 0)
            throw system_error(-result, "listen on", each.local.to_string());
    serving_ = true;
    for (auto& each : listeners_) {
        start_kept(*home_, each.acceptor, accept_all(acceptor_record(shared_from_this(), each.handle)));
        each.acceptor.set_name("accept " + each.local.to_string());
    }
}

std::vector<socket_address> server_state::sockets() const {
    std::vector<socket_address> addresses;
    if (!closed_)
        for (auto const& each : listeners_) addresses.push_back(each.local);
    return addresses;
}

std::string server_state::acceptor_record::local() const {
    socket_address at;
    return server->home_->kernel().local_address(handle, at) == 0 ? at.to_string() : std::string();
}

void server_state::close() noexcept {
    if (std::exchange(closed_, true)) return;
    // The acceptors hold the sockets' last use: when they have gone, nobody listens any more.
    for (auto& each : listeners_) {
        if (on_its_loop()) close_listener(each);
        // By its state: the handle's own call throws in debug mode where this is another thread.
        if (each.acceptor) each.acceptor.state().cancel();
        each.acceptor = any_task();
    }
    wake_waiters();
}

void server_state::close_listener(listener const& at) noexcept {
    engine& kernel = home_->kernel();
    std::uint64_t file = 0;
    if (at.file != 0 && kernel.find_socket_file(at.local, file) == 0 && file == at.file)
        kernel.remove_socket_file(at.local);
    kernel.close(at.handle);
}

void server_state::drop() noexcept {
    if (debug_mode()) {
        if (!closed_ && std::uncaught_exceptions() == 0) {
            try {
                report_debug("a server at " +
                             (listeners_.empty() ? "no address" : listeners_.front().local.to_string()) +
                             " was dropped without a close; call its close() at its end" + describe_making(this));
            } catch (std::exception const&) {
                report_debug("a server was dropped without a close");
            }
        }
        forget_making(this);
    }
    close();
}

void server_state::close_clients() noexcept {
    for (auto* each = connections_.front(); each != nullptr; each = connections_.after(*each))
        if (each->task) each->task.state().cancel();
}

void server_state::abort_clients() noexcept {
    // The stream meets a handle that is no longer good.
    for (auto* each = connections_.front(); each != nullptr; each = connections_.after(*each))
        home_->kernel().close(each->handle);
}

coro<> server_state::accept_all(acceptor_record record) {
    server_state& self = *record.server;
    bool told = false;
    while (!self.closed_) {
        operation_awaiter<accept_operation> accept("server.accept", record.handle);
        int const error = -co_await accept;
        if (error == 0) {
            told = false;
            self.begin_connection(accept.accepted, accept.peer);
        } else if (is_lack_of_resources(error)) {
            if (!std::exchange(told, true))
                self.report([&] {
                    return exception_context(
                        "a server can not accept for lack of resources, and tries again every 100 ms",
                        std::make_exception_ptr(system_error(error, "accept at", record.local())));
                });
            co_await sleep(pause_without_resources);
        } else if (!concerns_one_connection(error)) {
            if (!self.closed_)
                self.report([&] {
                    return exception_context("a server stops accepting",
                                             std::make_exception_ptr(system_error(error, "accept at", record.local())));
                });
            co_return;
        }
    }
}

void server_state::begin_connection(io_handle accepted, socket_address const& peer) noexcept {
    engine& kernel = home_->kernel();
    socket_holder socket(kernel, accepted);
    if (closed_) return;
    try {
        stream connection(std::make_unique<socket_transport>(*home_, accepted, peer), options_.stream);
        socket.release();
        auto record = std::make_unique<connection_record>(shared_from_this(), accepted);
        auto& kept = *record;
        start_kept(*home_, kept.task, serve(std::move(record), std::move(connection), peer));
    } catch (...) {
        report([&] {
            return exception_context("a connection from " + peer.to_string() + " could not be served",
                                     std::current_exception());
        });
    }
}

coro<> server_state::serve(std::unique_ptr<connection_record> record, stream connection, socket_address peer) {
    server_state& self = record->server();
    try {
        co_await self.handler_->handle(std::move(connection));
    } catch (cancelled_error const&) {
        throw;
    } catch (...) {
        self.report([&] {
            return exception_context("the handler of the connection from " + peer.to_string() + " threw",
                                     std::current_exception());
        });
    }
}

void server_state::one_left() noexcept {
    --active_;
    wake_waiters();
}

bool server_state::begin_wait(server_awaiter& waiting) {
    if (closed_ && (active_ == 0 || !waiting.until_empty_)) return false;
    waiters_.push_back(waiting);
    return true;
}

void server_state::wake_waiters() noexcept {
    if (!closed_) return;
    for (auto* each = waiters_.front(); each != nullptr;) {
        auto* const next = waiters_.after(*each);
        if (active_ == 0 || !each->until_empty_) {
            each->unlink();
            wake(*each->task_);
        }
        each = next;
    }
}

}  // namespace rota::inline v0::detail
