#include "interrupt.hpp"

#include "signal_delivery.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace rota::inline v0::detail {
namespace {

// One loop's at a time. Another thread may be in the handler, about to wake the engine, while the loop ends here.
signal_target watching;

void restore_default() noexcept {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &standard, nullptr);
}

void on_interrupt(int) {
    int const error = errno;
    // Who took the signal over meanwhile gives it back when the run is over: nobody is there to be cancelled.
    if (!watching.tell(SIGINT)) raise_interrupt();
    errno = error;
}

}  // namespace

interrupt_watch::interrupt_watch(engine& to_wake, std::atomic<bool>& flag) noexcept : engine_(to_wake), flag_(flag) {
    if (::syscall(SYS_gettid) != ::getpid() || watching.is_set()) return;
    struct sigaction now{};
    if (::sigaction(SIGINT, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL)
        return;
    auto const tell = [](void* self, int) noexcept {
        auto const& watch = *static_cast<interrupt_watch*>(self);
        watch.flag_.store(true, std::memory_order_relaxed);
        watch.engine_.wake();
    };
    watching.set(SIGINT, tell, this);
    struct sigaction own{};
    own.sa_handler = &on_interrupt;
    own.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    installed_ = true;
    if (::sigaction(SIGINT, &own, nullptr) != 0) installed_ = false, watching.clear();
}

interrupt_watch::~interrupt_watch() {
    if (!installed_) return;
    struct sigaction now{};
    if (::sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == &on_interrupt) restore_default();
    watching.clear();
}

void raise_interrupt() noexcept {
    restore_default();
    ::raise(SIGINT);
}

void flush_and_raise_interrupt() noexcept {
    // Where nobody reads any more, as in `program | head`, the program still ends by the signal that it was sent.
    sigset_t only;
    sigset_t before;
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only, &before);
    try {
        std::cout.flush();
    } catch (...) {
        // As the program asked of it. There is nobody to tell.
    }
    // Not fflush(nullptr): a thread that reads holds the lock of stdin.
    std::fflush(stdout);
    raise_interrupt();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace rota::inline v0::detail
