#pragma once

#include <rota/base/export.hpp>
#include <rota/core/coro.hpp>

#include <concepts>

namespace rota::inline v0 {

namespace detail {

class signal_inbox;

}  // namespace detail

/// Receives one or more of the process's signals, as a sequence to await, from here until it is destroyed. Any number of
/// receivers and of loops, in whatever threads, may want the same signal: each gets it. The first of all takes the signal
/// over; when the last one goes, what was there before, the default or the program's own handler, is back.
///
///     rota::signal_receiver signals(SIGTERM, SIGHUP);
///     while (true) {
///         int const signal = co_await signals.next();
///         if (signal == SIGTERM) break;
///         reload();
///     }
///
/// A signal that comes again before it was taken counts once, as in the kernel: it says "at least once since you last
/// looked". So nothing grows without bound, and of several that wait the lowest number comes first.
///
/// While SIGINT is received Ctrl-C does not cancel main. A child process begins without any of this, and what ends in a
/// forked child is nobody's. It does not move, and belongs to one loop's thread.
///
/// Errors: `usage_error` for SIGKILL and SIGSTOP, for faults such as SIGSEGV, and without a loop; `system_error` with
/// `ENOSYS` on a simulated engine.
/// asyncio: has nothing like it; `loop.add_signal_handler` has one callback for each signal.
class ROTA_API signal_receiver {
public:
    template <std::same_as<int>... More>
    explicit signal_receiver(int signal, More... more) : signal_receiver(nothing_yet()) {
        add(signal);
        (add(more), ...);
    }
    signal_receiver(signal_receiver const&) = delete;
    signal_receiver& operator=(signal_receiver const&) = delete;
    ~signal_receiver();

    /// Waits for one of the signals, and gives its number. Several tasks may wait; each signal goes to one of them.
    ///
    /// Errors: `usage_error` where the receiver is destroyed meanwhile, or its loop has ended.
    /// Cancellation: no signal is lost.
    /// asyncio: has nothing like it.
    coro<int> next();

private:
    struct nothing_yet {};
    explicit signal_receiver(nothing_yet);
    void add(int signal);

    detail::signal_inbox* inbox_;
};

}  // namespace rota::inline v0
