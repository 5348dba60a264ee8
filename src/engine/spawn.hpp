// Starting a child process without copying this one's memory.
#pragma once

#include <rota/engine/child.hpp>

#include <array>
#include <cstdint>

namespace rota::inline v0::detail {

/// A child as the kernel gives it.
struct raw_child {
    int pid = -1;
    int pidfd = -1;
    /// Our ends of its pipes, non-blocking.
    std::array<int, 3> streams{-1, -1, -1};
    started_child::step failed = started_child::step::preparing;
};

/// 0, or a negative errno: then there is no child, and no descriptor.
///
/// The calling thread stands still until the child runs its program. The child begins with no signal blocked and each at its
/// default; SIGHUP, SIGINT and SIGQUIT stay ignored where they were, as `nohup` and shells mean it.
std::int32_t spawn(child_request const& request, raw_child& child) noexcept;

/// The exit code, or the negative number of the signal that ended it. -EAGAIN: it runs; -ECHILD: somebody else reaped it.
std::int32_t reap(int pidfd, int& returncode) noexcept;
/// Kills one that nobody knows of yet, and waits for its end.
void kill_and_reap(raw_child const& child) noexcept;
/// To the process alone, or to its group where `group` is not 0.
std::int32_t send_signal(int pidfd, int signal, int group) noexcept;

}  // namespace rota::inline v0::detail
