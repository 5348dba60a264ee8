#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>
#include <rota/io/stream.hpp>
#include <rota/process/process_options.hpp>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rota::inline v0 {

class process;

namespace detail {

/// `process::kill_and_wait` of what `child` is by the time this is awaited, which may be none.
ROTA_API coro<> kill_and_wait_later(process const& child);

class process_state;
class subprocess_state;

}  // namespace detail

/// What a child wrote on its standard output and its standard error, where those are pipes.
///
/// asyncio: the tuple that `communicate()` gives.
struct process_output {
    std::string out;
    std::string err;
};

/// A child process, made by `create_subprocess_exec` and `create_subprocess_shell`. Move-only; empty by default and once
/// moved from. It belongs to its loop's thread.
///
/// **The loop takes its end,** whether or not anybody waits for it: no zombie is left. **Dropped while it runs, it is
/// killed,** and its group with it where it leads one; so is what still runs when the loop ends. `with_process` waits for
/// that. Signals go to this process or to none: never to another that got its number.
///
/// Errors: `usage_error` where it is empty, or its loop has ended.
/// asyncio: `asyncio.subprocess.Process`; one that is dropped there is killed too, by its transport, if the loop lives.
class ROTA_API process {
public:
    process() = default;
    process(process&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    process& operator=(process&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~process();

    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// Its number. Once it has ended that may be another's.
    ///
    /// asyncio: `pid`.
    int pid() const;
    /// Its exit code, or the negative number of the signal that ended it; nothing while it runs. 255 where somebody else
    /// took it: the program ignores SIGCHLD, or waits for all children.
    ///
    /// asyncio: `returncode`.
    std::optional<int> returncode() const;

    /// Our end of the pipe to its standard input. Closing it is its end of file. What it does not read any more is the error
    /// `EPIPE`.
    ///
    /// Errors: `usage_error` where that leads elsewhere.
    /// asyncio: `stdin`, a StreamWriter or None.
    stream& stdin();
    /// Our end of the pipe that it writes to as its standard output.
    ///
    /// asyncio: `stdout`, a StreamReader or None.
    stream& stdout();
    /// The same of its standard error.
    ///
    /// asyncio: `stderr`.
    stream& stderr();

    /// Waits for its end and gives its return code. Any number of tasks may wait. One that writes more than a pipe holds
    /// (64 KiB) while nobody reads does not end: `communicate` reads.
    ///
    /// Cancellation: the child lives on.
    /// asyncio: `wait`.
    coro<int> wait();

    /// Writes `input` to its standard input and closes that, reads what it writes to its pipes to the end, and waits for its
    /// end. A child that does not read its input is no error.
    ///
    /// Errors: `usage_error` for input where standard input is no pipe; those of the streams.
    /// Cancellation: the child lives on, and no byte of its output is lost: the next `communicate` gives it all, from the
    /// beginning. Input that was half written stays so, and standard input open.
    /// asyncio: `communicate`; cancelled, it loses what it had read.
    coro<process_output> communicate(std::string input = {});

    /// Sends it a signal.
    ///
    /// Errors: `system_error` with `ESRCH` where it has ended.
    /// asyncio: `send_signal`; it may hit whoever has the number by then.
    void send_signal(int signal);
    /// The same to all of the group that it leads.
    ///
    /// Errors: `usage_error` where it leads none; `ESRCH` when it has ended, though others of the group may live on.
    /// asyncio: `os.killpg(process.pid, signal)`.
    void send_signal_to_group(int signal);
    /// SIGTERM, which it may heed or not.
    ///
    /// asyncio: `terminate`.
    void terminate();
    /// SIGKILL.
    ///
    /// asyncio: `kill`.
    void kill();

    /// Has it end, and gives its return code: SIGTERM, and SIGKILL where it has not ended within `grace`. To its group where
    /// it leads one.
    ///
    /// Cancellation: it may have been asked to end, and lives on if it does not.
    /// asyncio: `terminate`, `wait_for(process.wait(), grace)`, `kill`, `wait`.
    coro<int> stop(clock::duration grace = std::chrono::seconds(5));

    /// For `with_process`: kills it, if it runs, and waits for its end.
    ///
    /// Cancellation: it was killed in any case.
    coro<> kill_and_wait();
    static process adopt(detail::process_state* counted) noexcept {
        process made;
        made.state_ = counted;
        return made;
    }

private:
    friend class detail::subprocess_state;
    friend coro<> detail::kill_and_wait_later(process const&);
    detail::process_state& state() const;
    stream& stream_of(std::size_t number, char const* name);

    detail::process_state* state_ = nullptr;
};

/// Starts a program: the name first, looked for in `PATH` unless there is a slash in it, then its arguments. What it needs
/// not have is closed in it; it begins with no signal blocked and each at its default, but for SIGHUP, SIGINT and SIGQUIT
/// where this program ignores them. The loop stands still until the child runs it, about a millisecond.
///
///     auto sort = co_await rota::create_subprocess_exec(pipes, "sort", "-u");
///
/// Errors: `system_error` with the program, as in `start /no/such: No such file or directory`, or with the directory;
/// `ENOSYS` on a simulated engine. `usage_error` for a null character in a text.
/// Cancellation: it does not wait; a cancel comes out of the next await, and a process that is dropped there is killed.
/// asyncio: `create_subprocess_exec`; the options stand at the end there.
ROTA_API coro<process> create_subprocess_exec(process_options options, std::vector<std::string> command);
template <std::convertible_to<std::string>... Arguments>
coro<process> create_subprocess_exec(process_options options, std::string program, Arguments&&... arguments) {
    std::vector<std::string> command;
    command.reserve(sizeof...(Arguments) + 1);
    command.push_back(std::move(program));
    (command.emplace_back(std::forward<Arguments>(arguments)), ...);
    return create_subprocess_exec(std::move(options), std::move(command));
}
template <std::convertible_to<std::string>... Arguments>
coro<process> create_subprocess_exec(std::string program, Arguments&&... arguments) {
    return create_subprocess_exec(process_options(), std::move(program), std::forward<Arguments>(arguments)...);
}

/// Has `/bin/sh` run a command. Put nothing into it that a stranger wrote.
///
/// Errors: as of `create_subprocess_exec`; that a program is not found the shell tells, by its return code 127.
/// Cancellation: as above.
/// asyncio: `create_subprocess_shell`.
ROTA_API coro<process> create_subprocess_shell(process_options options, std::string command);
ROTA_API coro<process> create_subprocess_shell(std::string command);

}  // namespace rota::inline v0
