#include <rota/sync/barrier.hpp>

#include <rota/base/error.hpp>

namespace rota::inline v0 {

char const* broken_barrier_error::what() const noexcept { return "the barrier is broken, or was reset meanwhile"; }

namespace detail {

bool barrier_awaiter::complete() noexcept {
    auto& at = *static_cast<rota::barrier*>(object);
    if (at.broken_ || at.waiting_ + 1 < at.parties_) return false;
    while (waiter* const first = at.waiters_.pop()) {
        static_cast<barrier_awaiter*>(first)->position_ = position_++;
        wake(*first->task);
    }
    at.waiting_ = 0;
    return true;
}

void barrier_awaiter::arrive(task_state& suspended) {
    auto& at = *static_cast<rota::barrier*>(object);
    if (at.broken_) throw broken_barrier_error();
    if (complete()) {
        wake(suspended);  // its budget is used up
        return;
    }
    at.waiters_.park(*this, suspended);
    ++at.waiting_;
}

bool barrier_awaiter::cancel(task_state&) noexcept {
    --static_cast<rota::barrier*>(object)->waiting_;
    unlink();
    return true;
}

}  // namespace detail

barrier::barrier(std::size_t parties) : parties_(parties) {
    if (parties == 0) detail::throw_usage_error("barrier: it needs at least one party");
}

void barrier::abort() {
    waiters_.check_owner("barrier.abort");
    broken_ = true;
    send_away();
}

void barrier::reset() {
    waiters_.check_owner("barrier.reset");
    broken_ = false;
    send_away();
}

void barrier::send_away() noexcept {
    while (detail::waiter* const first = waiters_.pop()) {
        static_cast<detail::barrier_awaiter*>(first)->broken_ = true;
        detail::wake(*first->task);
    }
    waiting_ = 0;
}

}  // namespace rota::inline v0
