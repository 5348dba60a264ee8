#include <rota/combine/wait.hpp>

#include <rota/base/error.hpp>
#include <rota/detail/scheduler.hpp>
#include <rota/detail/task_start.hpp>

namespace rota::inline v0::detail {

void wait_base::refuse_nothing() { throw_usage_error("wait: there are no tasks to wait for"); }

void wait_base::look_at(task_state& task) {
    if (task.done()) {
        over_ = over_ || is_over(task);
        return;
    }
    if (&task == waiting_) throw_usage_error("wait: a task waits for itself: it would wait for ever");
    if (task.home != waiting_->home)
        throw_usage_error("wait: a task belongs to another loop, or to one that has ended");
    nodes_[node_count_++].start(*this, task, &wait_base::task_done);
    ++left_;
}

bool wait_base::suspend() {
    if (over_ || left_ == 0) {
        leave();
        return let_others_go_first(*waiting_);
    }
    scheduler& home = *waiting_->home;
    if (when() != clock::never()) home.arm(*this, deadline_of(home.kernel().now(), when()));
    waiting_->parked = this;
    return true;
}

void wait_base::leave() noexcept {
    for (std::uint32_t i = 0; i < node_count_; ++i) nodes_[i].stop();
    node_count_ = 0;
    if (armed()) waiting_->home->disarm(*this);
}

void wait_base::task_done(completion_waiter& waiter) noexcept {
    auto& ended = static_cast<node&>(waiter);
    wait_base& self = *ended.owner;
    if (--self.left_ != 0 && !self.is_over(*ended.task)) return;
    self.leave();
    wake(*self.waiting_);
}

void wait_base::each_awaited(awaited_visitor& to) const {
    for (std::uint32_t i = 0; i < node_count_; ++i)
        if (nodes_[i].linked() && !nodes_[i].again) to.visit(nodes_[i].task);
}

void wait_base::fire() noexcept {
    leave();
    wake(*waiting_);
}

bool wait_base::cancel(task_state&) noexcept {
    leave();
    return true;
}

}  // namespace rota::inline v0::detail
