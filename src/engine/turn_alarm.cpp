#include "turn_alarm.hpp"

#include <execinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

namespace rota::inline v0::detail {
namespace {

// The one whose turn this thread is in: a signal may come when its alarm is gone.
thread_local turn_alarm* in_turn = nullptr;

}  // namespace

struct turn_alarm_signal {
    static void on_signal(int, ::siginfo_t* info, void*) {
        int const error = errno;
        if (info->si_code == SI_TIMER && in_turn != nullptr && info->si_value.sival_ptr == in_turn)
            std::exchange(in_turn, nullptr)->note();
        errno = error;
    }

    // 0: all of them are taken.
    static int claim() noexcept {
        for (int number = SIGRTMAX; number >= SIGRTMIN; --number) {
            struct sigaction now{};
            if (::sigaction(number, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0 ||
                now.sa_handler != SIG_DFL)
                continue;
            struct sigaction own{};
            own.sa_sigaction = &on_signal;
            own.sa_flags = SA_SIGINFO | SA_RESTART;
            if (::sigaction(number, &own, nullptr) == 0) return number;
        }
        return 0;
    }

    static int number() noexcept {
        static int const claimed = claim();
        return claimed;
    }
};

turn_alarm::turn_alarm() noexcept {
    // The first call loads a library, which a handler must not.
    std::array<void*, 1> here{};
    ::backtrace(here.data(), 1);
}

turn_alarm::~turn_alarm() { forget_timer(); }  // no turn lasts longer than its loop

void turn_alarm::forget_timer() noexcept {
    if (std::exchange(has_timer_, false)) ::timer_delete(timer_);
}

bool turn_alarm::follow_thread() noexcept {
    auto const here = ::pthread_self();
    if (has_timer_ && ::pthread_equal(here, thread_) != 0) return true;
    forget_timer();
    int const number = turn_alarm_signal::number();
    if (number == 0) return false;
    ::sigevent tell{};
    tell.sigev_notify = SIGEV_THREAD_ID;
    tell.sigev_signo = number;
    tell.sigev_value.sival_ptr = this;
    tell._sigev_un._tid = static_cast<int>(::syscall(SYS_gettid));
    has_timer_ = ::timer_create(CLOCK_MONOTONIC, &tell, &timer_) == 0;
    thread_ = here;
    return has_timer_;
}

void turn_alarm::set(clock::duration limit) noexcept {
    count_.store(0, std::memory_order_relaxed);
    if (!follow_thread()) return;
    // Nothing at all would disarm it.
    auto const nanoseconds = std::max<clock::duration::rep>(std::chrono::nanoseconds(limit).count(), 1);
    ::itimerspec once{};
    once.it_value.tv_sec = static_cast<::time_t>(nanoseconds / 1'000'000'000);
    once.it_value.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
    in_turn = this;
    ::timer_settime(timer_, 0, &once, nullptr);
}

void turn_alarm::clear() noexcept {
    in_turn = nullptr;
    if (!has_timer_) return;
    ::itimerspec const never{};
    ::timer_settime(timer_, 0, &never, nullptr);
}

// In the handler, on the thread itself. Inlined, the frames to leave out would be others.
[[gnu::noinline]] void turn_alarm::note() noexcept {
    // This function, the handler, and what the kernel returns by.
    constexpr int own = 3;
    std::array<void*, own + std::tuple_size_v<decltype(addresses_)>> all;
    int const found = ::backtrace(all.data(), static_cast<int>(all.size())) - own;
    if (found <= 0) return;
    std::copy_n(all.data() + own, found, addresses_.data());
    count_.store(static_cast<std::size_t>(found), std::memory_order_release);
}

}  // namespace rota::inline v0::detail
