#include <rota/combine/select.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

#include <utility>

namespace rota::inline v0::detail {

void select_base::watch_end_of(task_state& task) {
    if (&task == waiting_) throw_usage_error("select: a task is to wait for itself: it would wait for ever");
    watch_end_of(task.waiters, &task, task.home);
}

void select_base::watch_end_of(waiter_ring& ring, void const* what, scheduler const* home) {
    if (home != waiting_->home)
        throw_usage_error("select: a task or future belongs to another loop, or to one that has ended");
    watch& added = watches_[watch_count_++];
    added.notify = &select_base::other_done;
    added.owner = this;
    added.ring = &ring;
    added.what = what;
    ring.add(added);
}

void select_base::other_done(completion_waiter& waiter) noexcept {
    auto& ended = static_cast<watch&>(waiter);
    select_base& self = *ended.owner;
    self.winner_ = ended.what;
    self.stop();
    if (self.left_ == 0) wake(*self.waiting_);
}

void select_base::child_ended(task_state& child) noexcept {
    --left_;
    bool const withdrawn = asked_ && child.has(task_cancelled);
    if (winner_ == nullptr && !withdrawn) {
        winner_ = &child;
        if (!asked_) stop();
    }
    if (left_ == 0) wake(*waiting_);
}

void select_base::each_awaited(awaited_visitor& to) const {
    each_owned(to);
    for (std::uint32_t i = 0; i < watch_count_; ++i)
        if (watches_[i].linked()) to.visit(watches_[i].what);
}

void select_base::stop_watching() noexcept {
    for (std::uint32_t i = 0; i < watch_count_; ++i)
        if (watches_[i].linked()) watches_[i].ring->remove(watches_[i]);
}

void select_base::stop() noexcept {
    asked_ = true;
    stop_watching();
    relay();
}

void select_base::fail_to_start() noexcept {
    error_ = std::current_exception();
    stop();
}

bool select_base::cancel(task_state&) noexcept {
    stop();
    return left_ == 0;
}

void select_base::raise() {
    if (error_) std::rethrow_exception(std::move(error_));
    throw cancelled_error();
}

void select_base::release() noexcept {
    stop_watching();
    owned_tasks::release();
}

void refuse_to_select_nothing() { throw_usage_error("select of nothing: it would wait for ever"); }

}  // namespace rota::inline v0::detail
