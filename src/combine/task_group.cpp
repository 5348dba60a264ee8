#include <rota/combine/task_group.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>

#include <vector>

namespace rota::inline v0 {

task_group::task_group() noexcept
    : task_observer(&task_group::child_done),
      owner_(detail::hot.current),
      visible_before_(owner_->visible),
      level_(owner_->shield_level) {}

task_group::~task_group() {
    while (detail::task_state* const child = failed_.first()) {
        failed_.remove(*child);
        child->drop_reference();
    }
}

void task_group::check_open() const {
    if (exiting_ && children_.empty())
        detail::throw_usage_error("task_group: create_task after the group has ended; its last task has");
    if (detail::hot.running != owner_->home)
        detail::throw_usage_error("task_group: create_task outside the loop that the group belongs to");
}

void task_group::adopt(detail::task_state& child, detail::child_start how) noexcept {
    child.observer = this;
    children_.push_back(child);
    detail::scheduler& home = *owner_->home;
    if (aborting_) {
        home.adopt_lazily(child);
        child.request_cancel(0);
    } else if (how == detail::child_start::usual) {
        home.adopt(child);
    } else if (how == detail::child_start::eager) {
        home.adopt_eagerly(child);
    } else {
        home.adopt_lazily(child);
    }
}

void task_group::child_done(detail::task_observer& self, detail::task_state& child) noexcept {
    auto& group = static_cast<task_group&>(self);
    group.children_.remove(child);
    bool const known = !group.starting_.empty() && group.starting_ended(child);
    if (child.error && !known && !child.has(detail::task_cancelled)) group.child_failed(child);
    if (!group.joiners_.empty()) group.wake_joiners();
    if (group.exit_waits_ && group.children_.empty()) detail::wake(*group.owner_);
}

void task_group::child_failed(detail::task_state& child) noexcept {
    child.set(detail::task_error_seen);
    child.add_reference();
    failed_.push_back(child);
    if (aborting_) return;
    abort();
    cancel_owner();
}

// A task that has not said yet that it is ready ends into its `start`, not into the group.
bool task_group::starting_ended(detail::task_state& child) noexcept {
    for (auto* start = starting_.front(); start != nullptr; start = starting_.after(*start)) {
        if (&start->child_.state() != &child) continue;
        start->unlink();
        detail::wake(*start->waiting_);
        return true;
    }
    return false;
}

void task_group::wake_joiners() noexcept {
    auto const* const oldest = children_.first();
    while (auto* const join = joiners_.front()) {
        // The numbers of tasks go up, and round after four billion.
        if (oldest != nullptr && static_cast<std::int32_t>(oldest->id - join->last_) <= 0) return;
        join->unlink();
        detail::wake(*join->waiting_);
    }
}

void task_group::abort() noexcept {
    aborting_ = true;
    relay();
}

void task_group::hand_on() noexcept {
    for (auto* child = children_.first(); child != nullptr; child = detail::group_children::after(*child))
        child->request_cancel(0);
}

void task_group::cancel_owner() noexcept {
    if (exiting_ || asked_owner_) return;
    asked_owner_ = true;
    owner_->request_cancel(level_);
}

void task_group::cancel() {
    detail::check_owner(owner_->home, "task_group.cancel");
    if (!aborting_) abort();
    cancel_owner();
}

void task_group::body_ended(bool by_error) noexcept {
    exiting_ = true;
    if (by_error && !aborting_) abort();
}

void task_group::interrupted() noexcept {
    interrupted_ = true;
    if (!aborting_) abort();
}

void task_group::finish(std::exception_ptr body_error) {
    bool const body_cancelled = detail::is_cancelled(body_error);
    bool cancelled = body_cancelled || interrupted_;
    if (asked_owner_ && owner_->uncancel() <= visible_before_) cancelled = false;

    if (!failed_.empty() || (body_error && !body_cancelled)) {
        std::vector<std::exception_ptr> errors;
        for (auto* child = failed_.first(); child != nullptr; child = detail::group_children::after(*child))
            errors.push_back(child->error);
        if (body_error && !body_cancelled) errors.push_back(std::move(body_error));
        throw exception_group("unhandled errors in a task group", std::move(errors));
    }
    if (!cancelled) return;
    if (body_cancelled) std::rethrow_exception(std::move(body_error));
    throw cancelled_error();
}

void detail::group_exit::each_awaited(awaited_visitor& to) const {
    for (auto* child = group_.children_.first(); child != nullptr; child = group_children::after(*child))
        to.visit(child);
}

bool detail::group_exit::cancel(task_state&) noexcept {
    group_.interrupted();
    return false;
}

void detail::group_join::begin(task_state& waiting) {
    if (waiting.observer == group_)
        throw_usage_error(
            "task_group.join: a task of the group waits for all of them, itself included: it would wait for ever");
    if (waiting.home != group_->owner_->home) throw_usage_error("task_group.join: the group belongs to another loop");
    waiting_ = &waiting;
    last_ = group_->children_.last()->id;
    group_->joiners_.push_back(*this);
    waiting.parked = this;
}

void detail::group_join::each_awaited(awaited_visitor& to) const {
    for (auto* child = group_->children_.first(); child != nullptr; child = group_children::after(*child))
        if (static_cast<std::int32_t>(child->id - last_) <= 0) to.visit(child);
}

bool detail::group_join::cancel(task_state&) noexcept {
    unlink();
    return true;
}

void detail::group_start_base::begin(task_group& group, coro<> child) {
    // It can not end before it is listed.
    child_ = group.create_with_options(std::move(child), task_options(), child_start::lazy);
    group.starting_.push_back(*this);
}

void detail::group_start_base::reported() noexcept {
    reported_ = true;
    unlink();
    wake(*waiting_);
}

void detail::group_start_base::each_awaited(awaited_visitor& to) const { to.visit(&child_.state()); }

bool detail::group_start_base::cancel(task_state&) noexcept {
    child_.state().request_cancel(0);
    return false;
}

void detail::group_start_base::check() {
    if (reported_) return;
    task_state& child = child_.state();
    if (child.error) {
        child.set(task_error_seen);
        std::rethrow_exception(child.error);
    }
    throw_usage_error("task_group.start: the task ended without saying that it was ready: call ready(...) in it");
}

}  // namespace rota::inline v0
