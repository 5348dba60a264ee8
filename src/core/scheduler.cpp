#include <rota/detail/scheduler.hpp>

#include <rota/base/error.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/debug.hpp>
#include <rota/detail/context_map.hpp>
#include <rota/detail/task_start.hpp>
#include "engine/turn_alarm.hpp"
#include "owners.hpp"
#include "schedule_policy.hpp"

#include <pthread.h>
#include <algorithm>
#include <thread>
#include <utility>

namespace rota::inline v0::detail {
namespace {

constexpr std::int32_t leaf_budget = 64;
constexpr std::ptrdiff_t stack_budget = std::ptrdiff_t{64} * 1024;
constexpr std::int32_t usual_poll_interval = 64;
constexpr std::int32_t longest_poll_interval = 256;
constexpr std::int32_t resumes_between_polls = 1024;
constexpr std::int32_t resumes_between_peeks = 8;
constexpr auto long_between_polls = std::chrono::milliseconds(1);
// Of turns that take less the usual interval is so short that the polls would cost a tenth of it or more.
constexpr auto shortest_usual_turn = std::chrono::nanoseconds(30);

// How many forks there are between the first process and this one.
std::atomic<std::uint32_t> forks{0};

void in_child() noexcept {
    forks.fetch_add(1, std::memory_order_relaxed);
    if (hot.running != nullptr) hot.running->stop_after_turn();
}

std::uint32_t forks_so_far() noexcept {
    static bool const watched = ::pthread_atfork(nullptr, nullptr, &in_child) == 0;
    static_cast<void>(watched);
    return forks.load(std::memory_order_relaxed);
}

}  // namespace

scheduler::scheduler(std::unique_ptr<engine> with, schedule const& order, std::uint64_t seed)
    : engine_(std::move(with)),
      forks_before_(forks_so_far()),
      debug_(debug_mode()),
      policy_(make_schedule_policy(order, seed)) {
    if (debug_) {
        enter_owner(*this);
        frame_pool::follow_watch();
        if (engine_->kind() != engine_kind::simulated) alarm_ = std::make_unique<turn_alarm>();
    }
    polled_at_ = engine_->now();
    timers_.advance(polled_at_);
}

scheduler::~scheduler() {
    // Who pushed what ended the last run may not have woken it yet.
    while (wakers_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    if (debug_) leave_owner(*this);
}

bool scheduler::in_forked_child() const noexcept { return forks_before_ != forks.load(std::memory_order_relaxed); }

void scheduler::refuse_forked_child() const {
    if (in_forked_child()) [[unlikely]]
        throw_usage_error(
            "the loop was made before a fork, and its descriptors belong to the parent: a child must call exec or "
            "_exit, or "
            "fork before the loop is made");
}

// One resume of a task: from the frame it is suspended in outwards, until it suspends again or its root is done.
//
// A child is resumed inline by its parent's await, so this loop sees only frames whose parents have really suspended.
// Inline children nest on the machine's stack; when its budget is used up, the await leaves the child to the trampoline,
// everything unwinds to here, and the child goes on with a fresh stack.
[[gnu::always_inline]] inline void scheduler::drive(task_state& task) noexcept {
    hot.current = &task;
    if (task.has(task_needs_care)) {
        // A first turn is not rare; the other reasons are.
        if (task.flags == task_needs_care && task.visible == 0) [[likely]]
            task.flags = task_started;
        else if (!before_resume(task))
            return;
    }
    hot.budget = leaf_budget;
    promise_base* frame = task.innermost;
    for (;;) {
        frame->frame().resume();
        if (!frame->frame().done()) {
            if (hot.trampoline == nullptr) [[likely]]
                return;
            frame = std::exchange(hot.trampoline, nullptr);
            continue;
        }
        promise_base* const parent = frame->parent;
        if (parent == nullptr) return finish(task, *frame);
        task.innermost = frame = parent;
    }
}

void scheduler::adopt_by_factory(task_state& task) noexcept {
    if (tell_factory(task))
        run_or_push(task);
    else
        ready_.push(task);
}

void scheduler::adopt_eagerly(task_state& task) noexcept {
    take_in(task);
    if (has_factory_) tell_factory(task);
    run_or_push(task);
}

void scheduler::run_or_push(task_state& task) noexcept {
    if (!in_turn_ || static_cast<char*>(__builtin_frame_address(0)) < hot.stack_floor) return ready_.push(task);
    task_state* const outer = hot.current;
    std::int32_t const budget = hot.budget;
    if (debug_) [[unlikely]]
        run_watched_eagerly(task);
    else
        drive(task);
    hot.current = outer;
    // What it has used of its own is gone: who starts many of them must not starve the others.
    hot.budget = budget - (leaf_budget - hot.budget);
}

bool scheduler::before_resume(task_state& task) noexcept {
    task.clear(task_needs_care);
    if (task.done()) {
        report_task(task);
        task.set(task_error_seen);
        task.drop_reference();
        return false;
    }
    if (task.has(task_swallows)) {
        task.clear(task_swallows);
        report_task(task);
    }
    if (task.has(task_started)) return true;
    task.set(task_started);
    if (task.visible == 0) return true;
    // Cancelled before its first turn: the body never runs.
    promise_base* const root = task.innermost;
    root->error = std::make_exception_ptr(cancelled_error());
    finish(task, *root);
    return false;
}

// Keeps what the root has ended with, and ends its frame.
void scheduler::take_outcome(task_state& task, promise_base& root) noexcept {
    if (root.error) {
        task.error = std::move(root.error);
    } else {
        try {
            task.result->take(task, root);
        } catch (...) {
            task.error = std::current_exception();
        }
    }
    if (task.error && is_cancelled(task.error)) task.set(task_cancelled);
    root.frame().destroy();
}

// Each call here costs its indirection, and each thing kept across one a register: so a task is all that is kept.
void scheduler::finish(task_state& task, promise_base& root) noexcept {
    if (root.error || task.result->take != nullptr)
        take_outcome(task, root);
    else
        root.frame().destroy();
    task.set(task_done);
    --task.home->live_tasks_;
    if (task.observer != nullptr) task.observer->child_done(*task.observer, task);
    task.waiters.notify_all(wake);
    if (context_map* const context = std::exchange(task.context, nullptr)) release(context);
    task.drop_reference();
}

void scheduler::run_item(runnable& item) noexcept {
    if (item.kind == runnable_kind::task) return drive(static_cast<task_state&>(item));
    hot.current = nullptr;
    run_callback(item);
}

// Turns, until one is over in which `stop_after_turn` was called or after which the world is to be looked at.
template <bool watched>
void scheduler::run_turns() {
    // Turns of one task are common, and a look at memory would cost a good part of them: it is due after some resumes.
    std::int32_t until_peek = resumes_between_peeks;
    std::int32_t resumes = 0;  // up to the last peek
    in_turn_ = true;
    do {
        runnable* const last = ready_.last();
        for (;;) {
            runnable& item = ready_.pop();
            bool const end = &item == last;
            if constexpr (watched) {
                run_watched(item);
            } else if (item.kind == runnable_kind::task) [[likely]] {
                drive(static_cast<task_state&>(item));
            } else {
                hot.current = nullptr;
                run_callback(item);
            }
            --until_peek;
            if (end) break;
            if (until_peek <= -resumes_between_polls) [[unlikely]] {
                until_peek = 0;
                hot.current = nullptr;
                in_turn_ = false;
                // In the middle of a turn: who has asked for this one to be the last is not to get more.
                std::int32_t const left = turns_left_;
                poll(clock::time_point::min());
                turns_left_ = std::min(turns_left_, left);
                in_turn_ = true;
            }
        }
        if (until_peek <= 0) {
            if (engine_->peek()) break;
            resumes += resumes_between_peeks - until_peek;
            until_peek = resumes_between_peeks;
            if (resumes >= resumes_between_polls) {
                turns_left_ = 0;
                break;
            }
        }
    } while (--turns_left_ > 0 && !ready_.empty());
    in_turn_ = false;
    hot.current = nullptr;
}

void scheduler::run_in_order() {
    // Here, because asking for the frame's address costs a function the register for it.
    hot.stack_floor = static_cast<char*>(__builtin_frame_address(0)) - stack_budget;
    if (debug_) [[unlikely]]
        run_turns<true>();
    else
        run_turns<false>();
}

// What the policy leaves for later is still before all that becomes ready meanwhile.
void scheduler::run_arranged_turn() {
    ready_queue const later = policy_->arrange(ready_);
    turns_left_ = 1;
    run_in_order();
    ready_.put_before(later);
}

// Turns that take long must not delay the world by 64 of them; four times as many of the shortest take 8 us. A clock that
// stands still tells nothing.
void scheduler::adapt_poll_interval(clock::duration since_last) noexcept {
    if (since_last > long_between_polls) {
        poll_interval_ = std::max(std::min(poll_interval_, usual_poll_interval) / 2, 1);
        return;
    }
    bool const tiny_turns = since_last > clock::duration::zero() && since_last < poll_interval_ * shortest_usual_turn;
    poll_interval_ = std::min(poll_interval_ * 2, tiny_turns ? longest_poll_interval : usual_poll_interval);
}

wait_outcome scheduler::poll(clock::time_point deadline) {
    refuse_forked_child();
    bool const waits = deadline != clock::time_point::min();
    wait_outcome const outcome = engine_->wait(deadline);
    clock::time_point const now = engine_->now();
    if (!waits) adapt_poll_interval(now - polled_at_);
    turns_left_ = poll_interval_;
    polled_at_ = now;
    ++polls_;
    timers_.advance(now);
    take_from_outside();
    if (interrupted_.load(std::memory_order_relaxed) && interrupted_.exchange(false, std::memory_order_relaxed))
        interrupted();
    return outcome;
}

void scheduler::run_ready() {
    if (policy_ == nullptr) [[likely]]
        run_in_order();
    else
        run_arranged_turn();
}

bool scheduler::run_some() {
    refuse_forked_child();
    if (ready_.empty()) return poll(timers_.next_wake()) != wait_outcome::stuck || !ready_.empty();
    run_ready();
    if (turns_left_ <= 0 || engine_->peek()) poll(clock::time_point::min());
    return true;
}

void scheduler::run_one_turn() {
    turns_left_ = 1;
    if (!ready_.empty()) run_ready();
}

void scheduler::run_one() {
    if (ready_.empty()) return;
    ready_queue const others = ready_.split_behind_first();
    run_one_turn();
    ready_.put_before(others);
}

// As soon as the item is there its turn may come, and with it the end of the loop: the count keeps the engine until it was
// woken.
void scheduler::push_from_outside(runnable& item) noexcept {
    wakers_.fetch_add(1, std::memory_order_relaxed);
    runnable* before = from_outside_.load(std::memory_order_relaxed);
    do {
        item.next = before;
    } while (!from_outside_.compare_exchange_weak(before, &item, std::memory_order_release, std::memory_order_relaxed));
    // Only the first of a batch wakes the loop; it takes all that has gathered by then.
    if (before == nullptr) engine_->wake();
    wakers_.fetch_sub(1, std::memory_order_release);
}

void scheduler::take_from_outside() noexcept {
    if (from_outside_.load(std::memory_order_relaxed) == nullptr) return;
    runnable* newest = from_outside_.exchange(nullptr, std::memory_order_acquire);
    runnable* oldest = nullptr;
    while (newest != nullptr) {
        runnable* const next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != nullptr) {
        runnable* const next = oldest->next;
        ready_.push(*oldest);
        oldest = next;
    }
}

}  // namespace rota::inline v0::detail
