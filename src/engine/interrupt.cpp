#include "engine/interrupt.hpp"

#include <sys/syscall.h>
#include <unistd.h>
#include <csignal>

namespace rota::inline v0::detail {
namespace {

std::atomic<engine*> watching{nullptr};
std::atomic<std::atomic<bool>*> to_set{nullptr};

void on_interrupt(int) {
    if (auto* flag = to_set.load(std::memory_order_relaxed)) flag->store(true, std::memory_order_relaxed);
    if (auto* sleeping = watching.load(std::memory_order_relaxed)) sleeping->wake();
}

}  // namespace

interrupt_watch::interrupt_watch(engine& to_wake, std::atomic<bool>& flag) noexcept {
    if (::syscall(SYS_gettid) != ::getpid() || watching.load(std::memory_order_relaxed) != nullptr) return;
    struct sigaction now{};
    if (::sigaction(SIGINT, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL)
        return;
    to_set.store(&flag, std::memory_order_relaxed);
    watching.store(&to_wake, std::memory_order_relaxed);
    struct sigaction own{};
    own.sa_handler = &on_interrupt;
    own.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    installed_ = ::sigaction(SIGINT, &own, nullptr) == 0;
}

interrupt_watch::~interrupt_watch() {
    if (!installed_) return;
    struct sigaction now{};
    if (::sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == &on_interrupt) {
        now.sa_handler = SIG_DFL;
        now.sa_flags = 0;
        ::sigaction(SIGINT, &now, nullptr);
    }
    watching.store(nullptr, std::memory_order_relaxed);
    to_set.store(nullptr, std::memory_order_relaxed);
}

void raise_interrupt() noexcept {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &standard, nullptr);
    ::raise(SIGINT);
}

}  // namespace rota::inline v0::detail
