// A server's listening sockets and its connections, shared by its handle and its tasks.
#pragma once

#include <rota/base/intrusive_list.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/task.hpp>
#include <rota/net/server.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rota::inline v0::detail {

/// One that is being served. It lives in the frame of its task, also where that never begins.
class connection_record final : public list_node {
public:
    connection_record(std::shared_ptr<server_state> of, io_handle accepted);
    ~connection_record();

    server_state& server() const noexcept { return *server_; }
    any_task task;
    io_handle handle;

private:
    std::shared_ptr<server_state> server_;
};

class server_state : public std::enable_shared_from_this<server_state> {
public:
    server_state(loop& on, std::unique_ptr<connection_handler> handler, server_options const& options);
    server_state(server_state const&) = delete;
    server_state& operator=(server_state const&) = delete;
    ~server_state();

    /// Takes the address; throws `system_error`.
    void bind(socket_address const& at);
    /// Whether it is the loop that runs here, and so can be asked.
    bool on_its_loop() const noexcept { return hot.running == home_; }
    /// Listens and accepts; throws `system_error`.
    void start_serving();
    void close() noexcept;
    /// The handle goes.
    void drop() noexcept;
    void close_clients() noexcept;
    void abort_clients() noexcept;

    bool serving() const noexcept { return serving_ && !closed_; }
    bool closed() const noexcept { return closed_; }
    std::vector<socket_address> sockets() const;
    loop& home() const noexcept { return *home_; }
    connection_handler& handler() const noexcept { return *handler_; }

    bool begin_wait(server_awaiter& waiting);

private:
    struct listener {
        listener(io_handle opened, socket_address const& at, std::uint64_t which_file)
            : handle(opened), local(at), file(which_file) {}
        io_handle handle;
        socket_address local;
        /// Of a Unix socket that is to be removed: the file's number, else 0.
        std::uint64_t file;
        any_task acceptor;
    };
    /// Counts an acceptor; in its frame, like a connection's record.
    class acceptor_record {
    public:
        acceptor_record(std::shared_ptr<server_state> of, io_handle listening) noexcept
            : server(std::move(of)), handle(listening) {
            ++server->active_;
        }
        acceptor_record(acceptor_record&&) noexcept = default;
        acceptor_record& operator=(acceptor_record&&) = delete;
        ~acceptor_record();
        /// Where it listens, as error texts say it.
        std::string local() const;

        std::shared_ptr<server_state> server;
        io_handle handle;
    };
    friend class connection_record;

    static coro<> accept_all(acceptor_record record);
    static coro<> serve(std::unique_ptr<connection_record> record, stream connection, socket_address peer);
    void close_listener(listener const& at) noexcept;
    void begin_connection(io_handle accepted, socket_address const& peer) noexcept;
    /// Tells the exception handler what `make` makes; where memory is short, that.
    template <class Make>
    void report(Make&& make) const noexcept;
    void one_left() noexcept;
    void wake_waiters() noexcept;

    loop* home_;
    std::unique_ptr<connection_handler> handler_;
    server_options options_;
    std::vector<listener> listeners_;
    intrusive_list<connection_record> connections_;
    intrusive_list<server_awaiter> waiters_;
    std::size_t active_ = 0;  // acceptors and connections
    bool serving_ = false;
    bool closed_ = false;
};

}  // namespace rota::inline v0::detail
