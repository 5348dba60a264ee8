#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/detail/node_ref.hpp>
#include <rota/io/protocol_transport.hpp>
#include <rota/process/process.hpp>
#include <rota/process/process_options.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rota::inline v0 {

namespace detail {

class subprocess_state;

}  // namespace detail

class subprocess_transport;

/// What a `subprocess_transport` calls. Each call comes in a turn of the loop, in the context in which the transport was made,
/// one at a time: `connection_made` first, `connection_lost` last, when the child has ended and all its pipes are closed.
/// `process_exited` may come before the last of its output.
///
/// For code that is ported from callbacks; new code is simpler with a `process`.
///
/// Errors: an exception from any of them reaches the loop's exception handler, and nothing is closed for it.
/// asyncio: `SubprocessProtocol`.
class ROTA_API subprocess_protocol {
public:
    subprocess_protocol() = default;
    subprocess_protocol(subprocess_protocol const&) = delete;
    subprocess_protocol& operator=(subprocess_protocol const&) = delete;
    virtual ~subprocess_protocol();

    /// Called first, once. The child runs. Keep `transport`; it is a handle, and safe to use after the end, too.
    ///
    /// asyncio: `connection_made`.
    virtual void connection_made(subprocess_transport const& transport);
    /// Bytes from its pipe `number`, 1 or 2, which are gone after the call.
    ///
    /// asyncio: `pipe_data_received`.
    virtual void pipe_data_received(int number, std::string_view data);
    /// A pipe is closed, by its end or by us. `error` is null where nothing was lost; EPIPE where it did not read its input.
    ///
    /// asyncio: `pipe_connection_lost`.
    virtual void pipe_connection_lost(int number, std::exception_ptr error);
    /// It has ended: `subprocess_transport::get_returncode` tells how.
    ///
    /// asyncio: `process_exited`.
    virtual void process_exited();
    /// Called last, once. `error` is always null.
    ///
    /// asyncio: `connection_lost`.
    virtual void connection_lost(std::exception_ptr error);
    /// Of the pipe to its standard input, as of `protocol`.
    ///
    /// asyncio: `pause_writing`.
    virtual void pause_writing();
    /// asyncio: `resume_writing`.
    virtual void resume_writing();
};

/// A child process that calls its protocol back. A handle: copyable, empty by default. The child is the loop's: it runs on,
/// whoever has a handle, until it ends or is killed; the loop's end kills it, without a call. It belongs to its loop's thread.
///
/// Errors: every call of an empty one is a `usage_error`.
/// asyncio: `SubprocessTransport`.
class ROTA_API subprocess_transport {
public:
    subprocess_transport() = default;

    explicit operator bool() const noexcept { return static_cast<bool>(state_); }
    friend bool operator==(subprocess_transport const&, subprocess_transport const&) noexcept = default;

    /// Its number. Once it has ended that may be another's.
    ///
    /// asyncio: `get_pid`.
    int get_pid() const;
    /// Its exit code, or the negative number of the signal that ended it; nothing while it runs.
    ///
    /// asyncio: `get_returncode`.
    std::optional<int> get_returncode() const;
    /// The transport of its standard input (0), output (1) or error (2); empty where that is no pipe.
    ///
    /// asyncio: `get_pipe_transport`, None there.
    protocol_transport get_pipe_transport(int number) const;

    /// Sends it a signal.
    ///
    /// Errors: `system_error` with `ESRCH` where it has ended.
    /// asyncio: `send_signal`.
    void send_signal(int signal) const;
    /// SIGTERM, which it may heed or not.
    ///
    /// asyncio: `terminate`.
    void terminate() const;
    /// SIGKILL.
    ///
    /// asyncio: `kill`.
    void kill() const;

    /// Closes its pipes, and kills it where it runs. `connection_lost` is called when that is done.
    ///
    /// asyncio: `close`.
    void close() const;
    /// Whether it is closed.
    ///
    /// asyncio: `is_closing`.
    bool is_closing() const;

    /// Who is called from now on.
    ///
    /// Errors: `usage_error` for null.
    /// asyncio: `set_protocol`.
    void set_protocol(std::shared_ptr<subprocess_protocol> next) const;
    /// Null after `connection_lost`.
    ///
    /// asyncio: `get_protocol`.
    std::shared_ptr<subprocess_protocol> get_protocol() const;

    /// For Rota itself.
    explicit subprocess_transport(detail::node_ref<detail::subprocess_state> of) noexcept : state_(std::move(of)) {}
    detail::subprocess_state& state() const;

private:
    detail::node_ref<detail::subprocess_state> state_;
};

/// A child's transport and who it calls.
///
/// asyncio: the pair that `subprocess_exec` gives.
template <class Protocol>
struct subprocess_connection {
    subprocess_transport transport;
    std::shared_ptr<Protocol> protocol;
};

namespace detail {

/// Attaches, and comes back when `connection_made` has been called.
ROTA_API coro<subprocess_transport> begin_protocol(process child, std::shared_ptr<subprocess_protocol> calls);
/// `options` as asyncio's are here: what says nothing is a pipe.
ROTA_API process_options with_pipes();

template <class Factory>
coro<subprocess_connection<made_protocol<Factory>>> start_with_protocol(Factory factory, coro<process> starting) {
    // Before the child: one whose protocol can not be made is not started.
    auto made = std::shared_ptr<made_protocol<Factory>>(std::invoke(factory));
    process child = co_await std::move(starting);
    subprocess_transport transport = co_await begin_protocol(std::move(child), made);
    subprocess_connection<made_protocol<Factory>> both{std::move(transport), std::move(made)};
    co_return both;
}

}  // namespace detail

/// Starts a program, and has `factory()`'s protocol called. The factory gives a `std::shared_ptr` or `std::unique_ptr` of it. What
/// is started is what `create_subprocess_exec` takes; without options all three streams are pipes.
///
///     auto made = co_await rota::subprocess_exec([] { return std::make_shared<sorted>(); }, "sort", "-u");
///
/// Errors: those of `create_subprocess_exec`; the factory's.
/// Cancellation: the child is killed.
/// asyncio: `loop.subprocess_exec`.
template <std::invocable Factory, class... Arguments>
[[nodiscard]] auto subprocess_exec(Factory factory, process_options options, Arguments&&... command) {
    return detail::start_with_protocol(std::move(factory),
                                       create_subprocess_exec(std::move(options), std::forward<Arguments>(command)...));
}
template <std::invocable Factory, std::convertible_to<std::string>... Arguments>
[[nodiscard]] auto subprocess_exec(Factory factory, std::string program, Arguments&&... arguments) {
    return subprocess_exec(std::move(factory), detail::with_pipes(), std::move(program),
                           std::forward<Arguments>(arguments)...);
}

/// The same of a command for `/bin/sh`.
///
/// Errors: those of `create_subprocess_shell`; the factory's.
/// Cancellation: the child is killed.
/// asyncio: `loop.subprocess_shell`.
template <std::invocable Factory>
[[nodiscard]] auto subprocess_shell(Factory factory, process_options options, std::string command) {
    return detail::start_with_protocol(std::move(factory),
                                       create_subprocess_shell(std::move(options), std::move(command)));
}
template <std::invocable Factory>
[[nodiscard]] auto subprocess_shell(Factory factory, std::string command) {
    return subprocess_shell(std::move(factory), detail::with_pipes(), std::move(command));
}

}  // namespace rota::inline v0
