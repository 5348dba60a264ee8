#pragma once

#include <rota/base/clock.hpp>
#include <rota/base/export.hpp>
#include <rota/core/schedule.hpp>
#include <rota/detail/hot.hpp>
#include <rota/detail/ready_queue.hpp>
#include <rota/detail/task_state.hpp>
#include <rota/detail/timer_queue.hpp>
#include <rota/engine/engine.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace rota::inline v0::detail {

class schedule_policy;
class turn_alarm;

/// Who runs next, and when to look at the world.
///
/// The ready queue is first in, first out. A turn runs what was ready when it began; what becomes ready meanwhile runs in
/// the next. Between turns, every 8 resumes, only memory is looked at (`engine::peek`); the kernel and the clock, each
/// dearer than all of a switch of tasks, are asked when nothing is ready, every 64 turns, and every 1,024 resumes, of one
/// turn or of several. The 64 shrinks while polls come out over a millisecond apart, and grows to 256 while turns take less
/// than 30 ns. With a random schedule the world is looked at after each turn.
class ROTA_API scheduler {
public:
    explicit scheduler(std::unique_ptr<engine> with, schedule const& order = schedule(), std::uint64_t seed = 0);
    virtual ~scheduler();
    scheduler(scheduler const&) = delete;
    scheduler& operator=(scheduler const&) = delete;

    /// Lets `task`'s turn come. What it was parked on is done with.
    void make_ready(task_state& task) noexcept {
        task.parked = nullptr;
        ready_.push(task);
    }
    void push(runnable& item) noexcept { ready_.push(item); }
    /// From any thread.
    void push_from_outside(runnable& item) noexcept;

    /// On the loop's thread: something that runs elsewhere will push from outside, and this loop must be there until then.
    void expect_from_outside() noexcept { ++expected_; }
    void came_from_outside() noexcept { --expected_; }
    std::size_t expected_from_outside() const noexcept { return expected_; }

    void arm(timer_node& timer, clock::time_point when) {
        timers_.arm(timer, when);
        // One that is due already is seen by the next poll: not 64 turns from now.
        if (when <= polled_at_) turns_left_ = 1;
    }
    void disarm(timer_node& timer) noexcept { timers_.disarm(timer); }

    engine& kernel() noexcept { return *engine_; }
    /// The time of the last poll: behind the present, and free.
    clock::time_point polled_at() const noexcept { return polled_at_; }

    /// Takes a new task in; its turn comes, or the task factory has its way.
    void adopt(task_state& task) noexcept {
        take_in(task);
        if (has_factory_) [[unlikely]]
            return adopt_by_factory(task);
        ready_.push(task);
    }
    /// The same where there is no factory.
    void adopt_plainly(task_state& task) noexcept {
        take_in(task);
        ready_.push(task);
    }
    bool has_factory() const noexcept { return has_factory_; }
    /// The same, but the task does not run before its turn: who makes it is not ready for its end yet.
    void adopt_lazily(task_state& task) noexcept {
        take_in(task);
        if (has_factory_) [[unlikely]]
            tell_factory(task);
        ready_.push(task);
    }
    /// The same, but the task runs at once, in the middle of what runs now, up to its first suspension. Outside a turn, and
    /// where the stack is used up, its turn comes.
    void adopt_eagerly(task_state& task) noexcept;
    std::size_t live_tasks() const noexcept { return live_tasks_; }
    /// The number of the task that came last.
    std::uint32_t last_id() const noexcept { return last_id_; }

    /// Some turns, and a poll where one is due; waits where nothing is ready. False: nothing can ever happen (simulation).
    bool run_some();
    /// `run_some` is to come back at the end of this turn.
    void stop_after_turn() noexcept { turns_left_ = 1; }
    /// One turn, if anything is ready.
    void run_one_turn();
    /// The first of what is ready alone, as if it were a turn: for who looks at the tasks between any two resumes.
    void run_one();
    /// A look at engine and clock, without waiting.
    void look() { poll(clock::time_point::min()); }
    /// Whether anything is ready.
    bool idle() const noexcept { return ready_.empty(); }

    /// Set by a signal handler that then wakes the engine: the main task is to be cancelled.
    std::atomic<bool>& interrupt_flag() noexcept { return interrupted_; }

    /// Whether this process was forked from the one that made the loop, which it must not disturb.
    bool in_forked_child() const noexcept;

    /// How often it has looked at engine and clock.
    std::uint64_t polls() const noexcept { return polls_; }

protected:
    wait_outcome poll(clock::time_point deadline);
    void adapt_poll_interval(clock::duration since_last) noexcept;
    void take_from_outside() noexcept;
    runnable& pop_ready() noexcept { return ready_.pop(); }

    /// Ctrl-C has come.
    virtual void interrupted() noexcept = 0;
    /// The task ended with an error that nobody has seen, or swallows its cancellation.
    virtual void report_task(task_state& task) noexcept = 0;
    virtual void run_callback(runnable& callback) noexcept = 0;
    /// The loop's hook is to see the new task. Whether it is to run at once.
    virtual bool tell_factory(task_state& task) noexcept = 0;
    void factory_changed(bool has_one) noexcept { has_factory_ = has_one; }
    /// In debug mode: something that took long, or a task that nobody will ever wake.
    virtual void report_turn(char const* text) noexcept = 0;

    clock::duration slow_limit_ = std::chrono::milliseconds(100);

private:
    void take_in(task_state& task) noexcept {
        task.home = this;
        task.id = ++last_id_;
        ++live_tasks_;
    }
    void adopt_by_factory(task_state& task) noexcept;
    void run_or_push(task_state& task) noexcept;
    void refuse_forked_child() const;
    void drive(task_state& task) noexcept;
    bool before_resume(task_state& task) noexcept;
    template <bool watched>
    void run_turns();
    void run_arranged_turn();
    void run_in_order();
    void run_ready();
    void run_item(runnable& item) noexcept;
    void run_watched(runnable& item) noexcept;
    void run_watched_eagerly(task_state& task) noexcept;
    template <class Make>
    void report_made(Make&& make) noexcept;
    bool is_queued(runnable const& item) const noexcept;
    static void take_outcome(task_state& task, promise_base& root) noexcept;
    static void finish(task_state& task, promise_base& root) noexcept;

    ready_queue ready_;
    std::int32_t turns_left_ = 1;
    std::int32_t poll_interval_ = 64;
    clock::time_point polled_at_{};
    std::unique_ptr<engine> engine_;
    std::size_t live_tasks_ = 0;
    std::size_t expected_ = 0;
    std::uint32_t last_id_ = 0;
    std::uint32_t forks_before_;
    bool debug_;
    bool has_factory_ = false;
    bool in_turn_ = false;  // what runs is of a turn, not of a poll
    std::atomic<bool> interrupted_{false};
    std::atomic<runnable*> from_outside_{nullptr};
    std::atomic<std::uint32_t> wakers_{0};  // threads inside push_from_outside
    std::uint64_t polls_ = 0;
    timer_queue timers_;
    std::unique_ptr<turn_alarm> alarm_;        // in debug mode, on an engine whose clock goes
    std::unique_ptr<schedule_policy> policy_;  // null: first in, first out
};

ROTA_API void refuse_other_thread(scheduler const* home, char const* call);

/// In debug mode: throws `usage_error` where `home`, the loop that something belongs to, is another thread's. Before
/// anything is changed.
inline void check_owner(scheduler const* home, char const* call) {
    if (home != hot.running) [[unlikely]]
        refuse_other_thread(home, call);
}

}  // namespace rota::inline v0::detail
