#pragma once

#include <rota/base/clock.hpp>

#include <pthread.h>
#include <array>
#include <atomic>
#include <cstddef>
#include <ctime>
#include <span>

namespace rota::inline v0::detail {

/// Notes where its thread is when a turn has taken its time: a timer of the kernel's sends the thread a signal, whose
/// handler walks the stack. The signal is the highest real-time one that nobody had taken; it comes only in a turn that
/// is too long, where it may end a `poll` or a `sleep` early, as any signal may.
class turn_alarm {
public:
    turn_alarm() noexcept;
    ~turn_alarm();
    turn_alarm(turn_alarm const&) = delete;
    turn_alarm& operator=(turn_alarm const&) = delete;

    /// A turn of this thread begins, and may take so long.
    void set(clock::duration limit) noexcept;
    /// It has ended.
    void clear() noexcept;
    /// Where the thread was when the time was over, innermost first; empty where it was not, or nobody could look.
    std::span<void* const> stack() const noexcept {
        return {addresses_.data(), count_.load(std::memory_order_acquire)};
    }

private:
    friend struct turn_alarm_signal;
    bool follow_thread() noexcept;
    void forget_timer() noexcept;
    void note() noexcept;

    std::array<void*, 32> addresses_{};
    std::atomic<std::size_t> count_{0};
    ::timer_t timer_{};
    ::pthread_t thread_{};
    bool has_timer_ = false;
};

}  // namespace rota::inline v0::detail
