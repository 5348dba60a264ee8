// What may happen in a random program: a specification that takes the noted events one after the other.
#pragma once

#include "run.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace random_programs {

class checker;

/// What a subject is to do, in a few plain lines.
class model {
public:
    model() = default;
    model(model const&) = delete;
    model& operator=(model const&) = delete;
    virtual ~model() = default;

    /// A task begins an operation: it is done at once (`done`, `fail`), or waits until another event makes it so.
    virtual void begin(use now) = 0;
    /// Whether it begins although a cancel is pending: it does not come to wait.
    virtual bool at_once(use now) const;
    /// The end of a `hold`.
    virtual void leave(use now);
    /// A task enters a `scope`, suspends in it for the first time, and leaves it with what its body gave: what is it to give?
    virtual void enters_scope(use now);
    virtual void suspends_in_scope(use now);
    virtual outcome leaves_scope(use now, outcome body);
    /// A deadline of `checker::arm` has come.
    virtual void fire(int task);
    /// The subject has told.
    virtual void told(int value);
    /// The task goes on with what it got: the last moment to say what that is to be.
    virtual void resumes(int task, outcome got);
    /// A cancel has reached the task, which waits.
    virtual void withdraw(int task) = 0;
    /// The task is seen to have more requests than it was told of: whether some have been delivered to it, or on their way.
    virtual bool more_requests(int task);
    /// One has that came on the way when it was decided what the task gets: nobody saw which was first.
    virtual void request_came_late(int task);
    /// Nothing can happen any more: all that is under way must have come.
    virtual void stuck();
    /// A task has ended.
    virtual void task_ended(int task, outcome result);
    /// Whether nobody can foretell if an operation waits.
    virtual bool is_unforeseeable() const { return false; }
    /// As the subject's.
    virtual int state() const { return 0; }
    /// How often the exception handler is told of something: no task of a program itself ends with an error, but for the
    /// children that a subject makes. Negative: nobody can foretell.
    virtual int reports() const { return 0; }

    checker* told_by = nullptr;

protected:
    /// Whatever comes later, the task gets this from what it waits for.
    void done(int task, int value = 0);
    void fail(int task, ending how);
    void decide(int task, outcome result);
    /// The same of what another task ended with, also where that is a cancel.
    void give(int task, outcome result);
};

using model_maker = std::unique_ptr<model> (*)(int parameter);

/// Tasks that wait, first come first served.
class waiting_line {
public:
    bool empty() const { return tasks_.empty(); }
    std::size_t size() const { return tasks_.size(); }
    int front() const { return tasks_.front(); }
    void push(int task) { tasks_.push_back(task); }
    int pop() {
        int const first = tasks_.front();
        tasks_.erase(tasks_.begin());
        return first;
    }
    bool holds(int task) const { return std::find(tasks_.begin(), tasks_.end(), task) != tasks_.end(); }
    bool remove(int task) { return std::erase(tasks_, task) != 0; }

private:
    std::vector<int> tasks_;
};

/// Knows what tasks, cancels, time-outs, shields, clean-ups and sleeps do, and asks the model about the rest.
class checker {
public:
    checker(program const& checked, std::vector<operation> const& operations, model& of_subject);

    /// Empty where all that was noted may have happened so.
    std::string check(run_result const& ran);

    void decide(int task, outcome result, bool raises = true);
    /// Another result than was decided.
    void decide_again(int task, outcome result) { at(task).expected = result; }

    /// Makes tasks of what stands inside the `spawn` that a task is at.
    std::vector<int> make_children(int number);
    /// What it would make, and one of it.
    std::vector<int> children_of(int number) const;
    void make_child(int number) { at(number).made = true; }
    bool has_children(int step) const { return program_.steps[static_cast<std::size_t>(step)].end > step + 1; }
    /// What the model finds wrong.
    void expect(bool holds, char const* otherwise);
    /// A cancel from the subject, as from another task.
    void request_cancel(int number) { request(number, 0); }
    /// One from who was at this level of shields.
    void request_cancel(int number, std::uint8_t level) { request(number, level); }
    std::uint8_t level(int number) const { return at(number).level; }
    /// Whether the next raise comes by way of the ready queue; and one has come that no step shows.
    bool raises_again(int number) const { return at(number).raises > 0; }
    void raised(int number) { ++at(number).raises; }
    /// One that comes a little later, nobody sees when, or not where another one comes first.
    void request_soon(int number) { ++at(number).under_way; }
    /// It has come, now or before. False: there was none.
    bool deliver(int number);
    /// The request that reaches the model has come so.
    bool is_late() const { return late_; }
    /// Nothing can happen any more: it must have come.
    void expect_delivered(int number) {
        task_of const& of = at(number);
        expect(of.under_way == 0 || of.visible > 0 || of.level > 0, "a cancel was not handed on");
    }
    /// One that a waiter hands on to the task it awaits: if that one has made it, it stands at its own level.
    void hand_on_cancel(int number) { request(number, number == acting_ ? at(number).level : std::uint8_t{0}); }
    /// One that the subject makes of the task that is in it, and takes back when that leaves.
    void add_request(int number) { ++at(number).visible; }
    void take_back_request(int number) { take_back(at(number)); }
    std::uint32_t visible(int number) { return at(number).visible; }
    /// In nanoseconds; it goes on only when no task is ready.
    std::int64_t now() const { return now_; }
    /// Has the model told in so many milliseconds.
    void arm(int task, int delay);
    void disarm(int task) { disarm(task, -2); }

private:
    enum class state : std::uint8_t { runs, waits, decided, yields };

    struct scope_of {
        std::uint16_t step;
        step_kind kind;
        std::uint8_t level;
        bool armed = false;
        bool fired = false;
        bool moved = false;
        std::int64_t deadline = 0;  // where it was moved before it was armed; 0: there is none
        std::uint32_t visible_before = 0;
        std::uint32_t held = 0;
        std::uint32_t raises_before = 0;
        outcome body{};
        outcome cleaned{};
        bool shields() const { return kind == step_kind::shield || kind == step_kind::finally; }
    };

    struct task_of {
        bool begun = false;
        bool ended = false;
        bool made = false;
        std::uint8_t level = 0;
        std::uint32_t visible = 0;
        std::uint32_t under_way = 0;
        std::uint32_t raises = 0;  // of the visible requests: the first comes without a suspension
        state now = state::runs;
        std::uint16_t step = 0;
        outcome expected{};
        bool raises_now = false;
        std::vector<scope_of> scopes;
    };

    struct timer {
        std::int64_t at;
        int task;
        std::int32_t scope;  // -1: a sleep; -2: the model's
    };

    void take(event const& noted);
    void begin_step(event const& noted);
    void end_step(event const& noted);
    void end_task(event const& noted);
    void enter(event const& noted);
    void exit(event const& noted);
    void move(event const& noted);
    void check_stuck(event const& noted);
    void advance(std::int64_t to);
    void fire(timer due);
    void suspend(int number);
    use use_at(int task, std::uint16_t step) const;
    void request(int number, std::uint8_t level);
    void withdraw(int number);
    void disarm(int number, std::int32_t scope);
    static void take_back(task_of& from);
    void see_requests(event const& noted);
    void expect(outcome expected, outcome got, char const* of_what);

    task_of const& at(int number) const { return tasks_[static_cast<std::size_t>(number)]; }
    task_of& at(int number) { return tasks_[static_cast<std::size_t>(number)]; }

    program const& program_;
    std::vector<operation> const& operations_;
    model& model_;
    std::vector<task_of> tasks_;
    std::vector<timer> timers_;  // in the order in which they were armed
    std::int64_t now_ = 0;
    bool late_ = false;
    int suspending_ = -1;  // the task that may just have suspended
    int beginning_ = -1;   // the task that is about to wait, or not
    int acting_ = -1;      // the task whose turn it is
    std::string fault_;
};

}  // namespace random_programs
