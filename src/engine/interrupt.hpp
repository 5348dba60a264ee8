#pragma once

#include <rota/engine/engine.hpp>

#include <atomic>

namespace rota::inline v0::detail {

/// While it lives, the first SIGINT sets `flag` and wakes `engine`, and restores the default, so that a second one kills.
/// It takes hold only in the main thread, where the program has no handler of its own, and for one loop at a time.
class interrupt_watch {
public:
    interrupt_watch(engine& to_wake, std::atomic<bool>& flag) noexcept;
    ~interrupt_watch();
    interrupt_watch(interrupt_watch const&) = delete;
    interrupt_watch& operator=(interrupt_watch const&) = delete;

private:
    engine& engine_;
    std::atomic<bool>& flag_;
    bool installed_ = false;
};

/// Ends the program by SIGINT's default action, as the shell expects of what Ctrl-C stopped.
void raise_interrupt() noexcept;
/// The same when what standard output still holds is written. Not for a signal handler.
void flush_and_raise_interrupt() noexcept;

}  // namespace rota::inline v0::detail
