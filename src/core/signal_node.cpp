#include <rota/detail/signal_node.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/scheduler.hpp>
#include "engine/signal_delivery.hpp"

#include <cerrno>
#include <list>
#include <utility>

namespace rota::inline v0::detail {

struct signal_node::subscriptions {
    std::list<signal_subscription> each;
};

signal_node::signal_node(scheduler& home) noexcept : waiting_callback_node(home) {}
signal_node::~signal_node() = default;

void signal_node::subscribe(int signal) {
    if (home_->kernel().kind() == engine_kind::simulated)
        throw_system_error(ENOSYS, "receive signals", "(a simulated engine has none)");
    if (!subscriptions_) {
        subscriptions_ = std::make_unique<subscriptions>();
        keep_callback(*home_, *this);
    }
    subscriptions_->each.emplace_back(signal, &signal_node::told, this);
}

// In a signal handler: nothing is allocated, and nothing waits.
void signal_node::told(void* self, int signal) noexcept {
    auto& node = *static_cast<signal_node*>(self);
    node.pending_.fetch_or(std::uint64_t{1} << (signal - 1), std::memory_order_release);
    if (!node.queued_.exchange(true, std::memory_order_acq_rel)) node.home_->push_from_outside(node);
}

void signal_node::call() {
    // The queue's share, which ends with this turn; without an owner it is the last.
    if (owned_) add_reference();
    // Before the signals are taken: one that comes after that brings another turn.
    queued_.store(false, std::memory_order_release);
    auto arrived = pending_.exchange(0, std::memory_order_acq_rel);
    for (int signal = 1; arrived != 0 && !closed_; ++signal, arrived >>= 1)
        if ((arrived & 1) != 0) deliver(signal);
}

// After the call, or instead of it where the loop ends.
void signal_node::discard() noexcept {
    if (std::exchange(called, false)) return;
    if (owned_) add_reference();
    queued_.store(false, std::memory_order_release);
}

void signal_node::unsubscribe() noexcept {
    subscriptions_.reset();
    closed_ = true;
    if (list_node::linked()) list_node::unlink();
}

void signal_node::withdraw() noexcept { unsubscribe(); }

void signal_node::close() noexcept {
    unsubscribe();
    owned_ = false;
    if (!queued_.load(std::memory_order_acquire)) drop_reference();
}

}  // namespace rota::inline v0::detail
