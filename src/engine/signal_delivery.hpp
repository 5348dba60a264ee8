// Who is told of signals, from inside their handlers.
#pragma once

#include <atomic>
#include <cstdint>

namespace rota::inline v0::detail {

/// A function that handlers call, and whom with. It may be called from whatever thread a signal comes in, and must do only
/// what a handler may.
class signal_target {
public:
    using function = void (*)(void* whom, int signal) noexcept;

    bool is_set() const noexcept { return signal_.load(std::memory_order_acquire) != 0; }
    void set(int signal, function to_call, void* whom) noexcept;
    /// Returns when no handler is in the function any more, nor will be. Not to be called from a handler.
    void clear() noexcept;
    /// In a forked child: it was the parent's, and so was who was inside.
    void forget() noexcept {
        signal_.store(0, std::memory_order_relaxed);
        inside_.store(0, std::memory_order_relaxed);
    }
    /// In a handler. Whether it was there, and wanted this signal.
    bool tell(int signal) noexcept;

private:
    std::atomic<int> signal_{0};
    std::atomic<std::uint32_t> inside_{0};
    std::atomic<function> function_{nullptr};
    std::atomic<void*> whom_{nullptr};
};

/// While it lives, `tell(whom, signal)` is called whenever the signal comes, and so for everybody else who subscribed to
/// it, in whatever thread. The first one takes the signal's disposition over; when the last one goes, what was there
/// before is back. A forked child has its parent's subscriptions no more, and the dispositions from before them.
class signal_subscription {
public:
    /// Throws `usage_error` where the signal can not be had, `system_error` where the kernel refuses.
    signal_subscription(int signal, signal_target::function tell, void* whom);
    ~signal_subscription();
    signal_subscription(signal_subscription const&) = delete;
    signal_subscription& operator=(signal_subscription const&) = delete;

private:
    int signal_;
    std::uint32_t forks_;
    signal_target* target_ = nullptr;
};

}  // namespace rota::inline v0::detail
