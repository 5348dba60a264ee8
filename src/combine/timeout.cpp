#include <rota/combine/timeout.hpp>

#include <rota/base/error.hpp>

#include <new>

namespace rota::inline v0 {

std::optional<clock::time_point> timeout_scope::when() noexcept {
    if (!fixed_ && stage_ == stage::entered) fix_deadline();
    if (!fixed_ || timer_node::when() == clock::never()) return std::nullopt;
    return timer_node::when();
}

void timeout_scope::reschedule(std::optional<clock::time_point> when) {
    if (stage_ == stage::made)
        detail::throw_usage_error(
            "timeout_scope: reschedule before with_timeout has entered it; give it to the constructor");
    if (stage_ != stage::entered && stage_ != stage::suspended)
        detail::throw_usage_error("timeout_scope: reschedule after its deadline has passed or it was left");
    detail::check_owner(task_->home, "timeout_scope.reschedule");
    if (armed()) task_->home->disarm(*this);
    fixed_ = true;
    limit_ = clock::duration::min();
    set_when(when.value_or(clock::never()));
    if (stage_ == stage::suspended && timer_node::when() != clock::never()) task_->home->arm(*this, *when);
}

void timeout_scope::fix_deadline() noexcept {
    fixed_ = true;
    if (timer_node::when() == clock::never()) return;
    limit_ = timer_node::when().time_since_epoch();
    set_when(detail::deadline_of(task_->home->kernel().now(), timer_node::when()));
}

void timeout_scope::body_suspended() noexcept {
    stage_ = stage::suspended;
    if (!fixed_) fix_deadline();
    if (timer_node::when() == clock::never()) return;
    try {
        task_->home->arm(*this, timer_node::when());
    } catch (std::bad_alloc const&) {
        // A body without the deadline that was asked for is not to go on, and is suspended: only a cancel gets it out.
        stage_ = stage::not_armed;
        task_->request_cancel(level_);
    }
}

void timeout_scope::fire() noexcept {
    stage_ = stage::expiring;
    task_->request_cancel(level_);
}

void timeout_scope::refuse_entry() {
    detail::throw_usage_error("with_timeout: this timeout_scope was used before; make a new one for each with_timeout");
}

timeout_error timeout_scope::expired_error() const noexcept {
    return limit_ == clock::duration::min() ? timeout_error() : timeout_error(limit_);
}

void timeout_scope::throw_not_armed() { throw std::bad_alloc(); }

}  // namespace rota::inline v0
