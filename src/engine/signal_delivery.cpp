#include "signal_delivery.hpp"

#include <rota/base/error.hpp>

#include <pthread.h>
#include <sched.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <string>

namespace rota::inline v0::detail {
namespace {

constexpr int most_signals = 65;

/// Never freed: a handler may be walking along them.
struct target_block {
    std::array<signal_target, 32> targets{};
    std::atomic<target_block*> next{nullptr};
};
target_block first_block;

/// What a signal did before the first subscription.
struct disposition {
    int subscriptions = 0;
    struct sigaction before{};
};
std::array<disposition, most_signals> dispositions;

/// Of the changes above; handlers do without.
std::mutex changing;
std::uint32_t forks = 0;

void on_signal(int signal) {
    int const error = errno;
    for (target_block* block = &first_block; block != nullptr; block = block->next.load(std::memory_order_acquire))
        for (signal_target& each : block->targets) each.tell(signal);
    errno = error;
}

void begin_again_in_child() noexcept {
    ++forks;
    for (int signal = 1; signal != most_signals; ++signal) {
        auto& each = dispositions[static_cast<std::size_t>(signal)];
        if (each.subscriptions != 0) ::sigaction(signal, &each.before, nullptr);
        each.subscriptions = 0;
    }
    for (target_block* block = &first_block; block != nullptr; block = block->next.load(std::memory_order_relaxed))
        for (signal_target& each : block->targets) each.forget();
    changing.unlock();
}

void follow_forks() {
    static int const followed =
        ::pthread_atfork([] { changing.lock(); }, [] { changing.unlock(); }, &begin_again_in_child);
    if (followed != 0) throw_system_error(followed, "pthread_atfork");
}

signal_target& free_target() {
    for (target_block* block = &first_block;; block = block->next.load(std::memory_order_relaxed)) {
        for (signal_target& each : block->targets)
            if (!each.is_set()) return each;
        if (block->next.load(std::memory_order_relaxed) == nullptr)
            block->next.store(new target_block, std::memory_order_release);
    }
}

void refuse_what_can_not_be_had(int signal) {
    std::string const number = "signal " + std::to_string(signal);
    if (signal == SIGKILL || signal == SIGSTOP)
        throw_usage_error((number + ": SIGKILL and SIGSTOP can not be received, the kernel acts on them").c_str());
    if (signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL)
        throw_usage_error((number + ": a fault can not wait for the loop's turn, it would come again at once").c_str());
    struct sigaction now{};
    if (signal < 1 || signal >= most_signals || ::sigaction(signal, nullptr, &now) != 0)
        throw_usage_error((number + ": there is none of this number to receive").c_str());
}

}  // namespace

void signal_target::set(int signal, function to_call, void* whom) noexcept {
    function_.store(to_call, std::memory_order_relaxed);
    whom_.store(whom, std::memory_order_relaxed);
    signal_.store(signal, std::memory_order_seq_cst);
}

// Either the handler sees that it is gone, or this sees that the handler is in: both orders are total.
void signal_target::clear() noexcept {
    signal_.store(0, std::memory_order_seq_cst);
    while (inside_.load(std::memory_order_seq_cst) != 0) ::sched_yield();
}

bool signal_target::tell(int signal) noexcept {
    inside_.fetch_add(1, std::memory_order_seq_cst);
    bool const wanted = signal_.load(std::memory_order_seq_cst) == signal;
    if (wanted) function_.load(std::memory_order_relaxed)(whom_.load(std::memory_order_relaxed), signal);
    inside_.fetch_sub(1, std::memory_order_seq_cst);
    return wanted;
}

signal_subscription::signal_subscription(int signal, signal_target::function tell, void* whom) : signal_(signal) {
    refuse_what_can_not_be_had(signal);
    follow_forks();
    std::lock_guard const lock(changing);
    forks_ = forks;
    target_ = &free_target();
    target_->set(signal, tell, whom);
    auto& of = dispositions[static_cast<std::size_t>(signal)];
    if (of.subscriptions == 0) {
        struct sigaction ours{};
        ours.sa_handler = &on_signal;
        ours.sa_flags = SA_RESTART;
        if (::sigaction(signal, &ours, &of.before) != 0) {
            int const error = errno;
            target_->clear();
            throw_system_error(error, "sigaction", std::to_string(signal));
        }
    }
    ++of.subscriptions;
}

signal_subscription::~signal_subscription() {
    {
        std::lock_guard const lock(changing);
        if (forks_ != forks) return;  // it was the parent's
        auto& of = dispositions[static_cast<std::size_t>(signal_)];
        struct sigaction now{};
        // Not where the program has put something in its place meanwhile.
        if (--of.subscriptions == 0 && ::sigaction(signal_, nullptr, &now) == 0 && now.sa_handler == &on_signal)
            ::sigaction(signal_, &of.before, nullptr);
    }
    target_->clear();
}

}  // namespace rota::inline v0::detail
