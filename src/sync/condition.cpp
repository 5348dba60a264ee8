#include <rota/sync/condition.hpp>

#include <limits>

namespace rota::inline v0 {
namespace detail {

void condition_awaiter::begin(task_state& suspended) {
    auto& at = *static_cast<rota::condition*>(object);
    if (!at.lock_->locked()) throw_usage_error("condition.wait: its lock is not held; acquire it first");
    at.waiters_.park(*this, suspended);
    at.lock_->hand_on(nullptr);
}

bool condition_awaiter::await_resume() const {
    check_raise();
    if (cancelled_) hot.current->raise_cancelled();
    check_abandoned();
    return true;
}

bool condition_awaiter::cancel(task_state&) noexcept {
    if (where_ == place::condition) {
        lock& wanted = *static_cast<rota::condition*>(object)->lock_;
        unlink();
        if (wanted.try_enter()) return true;
        where_ = place::lock_only;
        wanted.waiters_.take_over(*this);
    } else if (where_ == place::lock_notified) {
        where_ = place::lock_only;
        if (object != nullptr) static_cast<rota::condition*>(object)->pass_on();
    }
    cancelled_ = true;
    return false;
}

char const* condition_awaiter::waits_for() const noexcept {
    return where_ == place::condition ? "condition.wait" : "condition.wait, for its lock";
}

}  // namespace detail

// A lock that was given may outlive the condition: its users go on, and those that waited here leave with an error, but
// with the lock, as ever. With a lock of its own the lock's end wakes them.
condition::~condition() {
    while (detail::waiter* const left = waiters_.pop()) {
        left->object = nullptr;
        static_cast<detail::condition_awaiter*>(left)->where_ = detail::condition_awaiter::place::lock_only;
        if (lock_->try_enter())
            detail::wake(*left->task);
        else
            lock_->waiters_.take_over(*left);
    }
    for (detail::waiter* other = lock_->waiters_.first(); other != nullptr; other = lock_->waiters_.after(*other)) {
        if (other->object == this) other->object = nullptr;
    }
}

void condition::pass_on() noexcept {
    detail::waiter* const next = waiters_.pop();
    if (next == nullptr) return;
    static_cast<detail::condition_awaiter*>(next)->where_ = detail::condition_awaiter::place::lock_notified;
    lock_->waiters_.take_over(*next);
}

void condition::notify(std::size_t n) {
    if (!lock_->locked()) detail::throw_usage_error("condition.notify: its lock is not held; acquire it first");
    waiters_.check_owner("condition.notify");
    for (; n > 0 && !waiters_.empty(); --n) pass_on();
}

void condition::notify_all() { notify(std::numeric_limits<std::size_t>::max()); }

}  // namespace rota::inline v0
