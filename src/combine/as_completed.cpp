#include <rota/combine/as_completed.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

namespace rota::inline v0::detail {

void throw_nothing_left() {
    throw_usage_error(
        "as_completed: awaited more often than there are tasks; next() tells by an empty task that all were given");
}

completions_base::completions_base(clock::time_point limit)
    : home_(&running_scheduler("as_completed")),
      limit_(limit.time_since_epoch()),
      deadline_(limit == clock::never() ? limit : deadline_of(home_->kernel().now(), limit)) {}

completions_base::~completions_base() {
    while (auto* const waiting = waiting_.front()) waiting->end(completion_awaiter::outcome::orphaned);
}

void completions_base::watch(completion_node& node, task_state& task) {
    if (&task == hot.current) throw_usage_error("as_completed: a task is to wait for itself: it would wait for ever");
    if (task.home != home_ && !task.done())
        throw_usage_error("as_completed: a task belongs to another loop, or to one that has ended");
    if (watched_count_++ == 0) watched_ = &node;
    ++left_;
    node.task = &task;
    if (task.done())
        finished(node);
    else
        node.start(*this, task, &completions_base::task_done);
}

void completions_base::task_done(completion_waiter& waiter) noexcept {
    auto& node = static_cast<completion_node&>(waiter);
    node.owner->finished(node);
}

void completions_base::finished(completion_node& node) noexcept {
    auto* const waiting = waiting_.front();
    if (waiting == nullptr) {
        (last_ != nullptr ? last_->after : first_) = &node;
        last_ = &node;
        return;
    }
    waiting->got_ = node.task;
    waiting->end(completion_awaiter::outcome::finished);
    if (--left_ > 0) return;
    while (auto* const in_vain = waiting_.front()) in_vain->end(completion_awaiter::outcome::finished);
}

bool completion_awaiter::try_now() noexcept {
    if (completion_node* const first = of_->first_) {
        of_->first_ = first->after;
        if (of_->first_ == nullptr) of_->last_ = nullptr;
        got_ = first->task;
        --of_->left_;
    } else if (of_->left_ > 0) {
        return false;
    }
    outcome_ = outcome::finished;
    return true;
}

void completion_awaiter::begin() {
    if (waiting_->home != of_->home_) throw_usage_error("as_completed: awaited in another loop than it was made in");
    if (of_->deadline_ != clock::never()) waiting_->home->arm(*this, of_->deadline_);
    of_->waiting_.push_back(*this);
    waiting_->parked = this;
}

void completion_awaiter::leave() noexcept {
    unlink();
    if (armed()) waiting_->home->disarm(*this);
}

void completion_awaiter::end(outcome as) noexcept {
    leave();
    outcome_ = as;
    wake(*waiting_);
}

void completion_awaiter::each_awaited(awaited_visitor& to) const {
    for (std::size_t i = 0; i < of_->watched_count_; ++i)
        if (auto const& node = of_->watched_[i]; node.linked() && !node.again) to.visit(node.task);
}

void completion_awaiter::fire() noexcept {
    limit_ = of_->limit_;
    end(outcome::timed_out);
}

bool completion_awaiter::cancel(task_state&) noexcept {
    leave();
    return true;
}

task_state* completion_awaiter::resume() {
    check_raise();
    if (outcome_ == outcome::timed_out) throw timeout_error(limit_);
    if (outcome_ == outcome::orphaned)
        throw_usage_error("as_completed: it was destroyed while a task waited for its next one");
    return got_;
}

}  // namespace rota::inline v0::detail
