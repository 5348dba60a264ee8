#include <rota/combine/gather.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

namespace rota::inline v0::detail {

void gather_base::join(task_state& other) {
    if (other.done()) {
        if (other.error) child_failed(other);
        return;
    }
    if (&other == waiting_) throw_usage_error("gather: a task gathers itself: it would wait for ever");
    if (other.home != waiting_->home)
        throw_usage_error("gather: a task belongs to another loop, or to one that has ended");
    nodes_[node_count_++].start(*this, other, &gather_base::other_done);
    ++left_;
}

void gather_base::fail_to_start() noexcept {
    error_ = std::current_exception();
    stop();
}

void gather_base::child_failed(task_state& child) noexcept {
    if (keeps_errors_) return;
    if (cancelled_ && is_cancelled(child.error)) return;
    if (!error_) {
        error_ = child.error;
        child.set(task_error_seen);
        if (!cancelled_) stop();
    } else if (owns(child)) {
        child.set(task_error_seen);
    }
}

void gather_base::hand_on() noexcept {
    owned_tasks::hand_on();
    for (std::uint32_t i = 0; i < node_count_; ++i)
        if (nodes_[i].linked() && !nodes_[i].again) nodes_[i].task->request_cancel(0);
}

void gather_base::each_awaited(awaited_visitor& to) const {
    each_owned(to);
    for (std::uint32_t i = 0; i < node_count_; ++i)
        if (nodes_[i].linked() && !nodes_[i].again) to.visit(nodes_[i].task);
}

// After an error: own children are cancelled, and still waited for; others are left.
void gather_base::stop() noexcept {
    for (std::uint32_t i = 0; i < node_count_; ++i) {
        if (!nodes_[i].linked()) continue;
        nodes_[i].stop();
        --left_;
    }
    relay();
}

bool gather_base::cancel(task_state&) noexcept {
    cancelled_ = true;
    relay();
    return false;
}

void gather_base::raise() {
    if (error_) std::rethrow_exception(std::move(error_));
    throw cancelled_error();
}

void gather_base::release() noexcept {
    for (std::uint32_t i = 0; i < node_count_; ++i) nodes_[i].stop();
    owned_tasks::release();
}

}  // namespace rota::inline v0::detail
