#include <rota/combine/stop_token.hpp>

namespace rota::inline v0::detail {

void stop_relay::cancel_task() noexcept {
    if (task_ == nullptr) return;
    cancels_ = true;
    task_->request_cancel(level_);
}

void stop_relay::stop_requested() noexcept {
    if (hot.running == home_) return cancel_task();
    queued_.store(true, std::memory_order_release);
    home_->push_from_outside(*this);
}

void stop_relay::end() noexcept {
    task_ = nullptr;
    // The loop's reference: it lets that go when it has called this.
    if (!queued_.load(std::memory_order_acquire)) drop_reference();
    drop_reference();
}

void stop_scope::enter(task_state& task) {
    if (token_.stop_requested()) {
        requested_before_ = true;
        task_ = &task;
        task.request_cancel(task.shield_level);
        return;
    }
    if (!token_.stop_possible()) return;
    relay_ = new stop_relay(task, task.shield_level);
    relay_->add_reference();
    task_ = &task;
}

// Not before: a body that does not suspend costs no callback.
void stop_scope::body_suspended() noexcept {
    if (relay_ != nullptr) callback_.emplace(std::move(token_), relay_request{relay_});
}

void stop_scope::leave() noexcept {
    if (task_ == nullptr) return;
    callback_.reset();  // waits where it is being called at this moment
    bool cancelled = requested_before_;
    if (relay_ != nullptr) {
        cancelled = relay_->has_cancelled();
        relay_->end();
    }
    if (cancelled) task_->uncancel();
    task_ = nullptr;
}

bool stop_source_base::cancel(task_state&) noexcept {
    source_->request_stop();
    relay();
    return false;
}

}  // namespace rota::inline v0::detail
