#include <rota/combine/map_concurrent.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

#include <utility>

namespace rota::inline v0::detail {

bounded_tasks::bounded_tasks(std::size_t limit, bool keeps_errors)
    : owner_(*hot.current),
      limit_(limit),
      visible_before_(owner_.visible),
      level_(owner_.shield_level),
      keeps_errors_(keeps_errors) {
    if (limit == 0) throw_usage_error("with a limit of 0 at once nothing would ever be begun");
}

void bounded_tasks::each_running(awaited_visitor& to) const {
    for (place const& each : places_)
        if (each.child != nullptr) to.visit(each.child);
}

bounded_tasks::place& bounded_tasks::take_place() {
    if (free_ == nullptr) return places_.emplace_back(*this);
    return *std::exchange(free_, free_->next_free);
}

void bounded_tasks::child_done(task_observer& self, task_state& child) noexcept {
    auto& at = static_cast<place&>(self);
    at.owner.child_ended(at, child);
}

void bounded_tasks::child_ended(place& at, task_state& child) noexcept {
    --running_;
    if (child.error && !keeps_errors_) {
        child_failed(child);
    } else if (!asked_) {
        try {
            take(child, at.index);
        } catch (...) {
            error_ = std::current_exception();
            stop();
        }
    }
    child.set(task_error_seen);
    child.observer = nullptr;
    child.drop_reference();  // the loop has one still
    at.child = nullptr;
    at.next_free = std::exchange(free_, &at);
    if (waiting_ != nullptr && (waits_for_end_ ? running_ == 0 : has_room())) wake(*std::exchange(waiting_, nullptr));
}

void bounded_tasks::child_failed(task_state& child) noexcept {
    if (asked_ && is_cancelled(child.error)) return;
    if (!error_) error_ = child.error;
    if (!asked_) stop();
}

void bounded_tasks::stop() noexcept {
    asked_ = true;
    relay();
    if (waits_for_item_ && !asked_owner_) {
        asked_owner_ = true;
        owner_.request_cancel(level_);
    }
}

void bounded_tasks::cancelled() noexcept {
    cancelled_ = true;
    asked_ = true;
    relay();
}

void bounded_tasks::end_wait_for_item() noexcept {
    waits_for_item_ = false;
    if (std::exchange(asked_owner_, false)) owner_.uncancel();
}

void bounded_tasks::fail() noexcept {
    auto error = std::current_exception();
    bool const asked = asked_owner_;
    end_wait_for_item();
    if (is_cancelled(error)) {
        // What this asked for itself is no cancel of the whole.
        if (!asked || owner_.visible > visible_before_) cancelled_ = true;
    } else if (!error_) {
        error_ = std::move(error);
    }
    asked_ = true;
    relay();
}

void bounded_tasks::hand_on() noexcept {
    for (place& each : places_)
        if (each.child != nullptr) each.child->request_cancel(0);
}

void bounded_tasks::check() {
    if (error_) std::rethrow_exception(std::move(error_));
    if (cancelled_) throw cancelled_error();
}

}  // namespace rota::inline v0::detail
