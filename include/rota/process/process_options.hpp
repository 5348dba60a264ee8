#pragma once

#include <rota/engine/child.hpp>
#include <rota/io/stream.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rota::inline v0 {

/// Where one of a child's standard streams leads: one of `subprocess::inherit`, `pipe`, `devnull` and `as_stdout`, or a
/// descriptor of this program, which stays its.
///
/// asyncio: the values that `stdin=`, `stdout=` and `stderr=` take.
class redirect : public child_stream {
public:
    constexpr redirect(int number) noexcept
        : child_stream(kind::descriptor, number) {}  // NOLINT: `options.stdin = file`
    constexpr explicit redirect(kind where) noexcept : child_stream(where) {}
};

namespace subprocess {

/// Where the parent's leads; what one gets who says nothing.
///
/// asyncio: None.
inline constexpr redirect inherit{child_stream::kind::inherit};
/// To the parent: `process::stdin`, `stdout` and `stderr` are the other ends.
///
/// asyncio: `subprocess.PIPE`.
inline constexpr redirect pipe{child_stream::kind::pipe};
/// Nowhere.
///
/// asyncio: `subprocess.DEVNULL`.
inline constexpr redirect devnull{child_stream::kind::null};
/// For standard error: where standard output leads.
///
/// asyncio: `subprocess.STDOUT`.
inline constexpr redirect as_stdout{child_stream::kind::as_output};

}  // namespace subprocess

/// How a child process is to be started.
///
/// asyncio: the keyword arguments of `create_subprocess_exec`, which are those of Python's `Popen`.
struct process_options {
    process_options() = default;
    process_options(redirect in, redirect out, redirect error = subprocess::inherit)
        : stdin(in), stdout(out), stderr(error) {}

    redirect stdin = subprocess::inherit;
    redirect stdout = subprocess::inherit;
    redirect stderr = subprocess::inherit;
    /// All variables that it has; those of this program where it says nothing.
    std::optional<std::map<std::string, std::string>> env{};
    /// On top of them.
    std::map<std::string, std::string> extra_env{};
    /// Its directory; this program's where it says nothing.
    std::optional<std::string> cwd{};
    /// It leads a session, and so a process group, of its own: no Ctrl-C of the terminal reaches it.
    bool start_new_session = false;
    /// The process group it joins; 0: it leads one of its own.
    std::optional<int> process_group{};
    /// Descriptors that it has under the same numbers. Everything else but its standard streams is closed in it.
    std::vector<int> pass_descriptors{};
    /// Of the streams to it.
    stream_options streams{};
};

}  // namespace rota::inline v0
