#include "run.hpp"

#include <rota/base/frame_pool.hpp>
#include <rota/base/slab.hpp>
#include <rota/combine/timeout.hpp>
#include <rota/core/cancellation.hpp>
#include <rota/core/deadlock_error.hpp>
#include <rota/core/loop.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_cleanup.hpp>
#include <rota/core/with_shield.hpp>
#include <rota/detail/running_here.hpp>
#include <rota/engine/engine.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace random_programs {
namespace {

// A program that goes on longer is stuck in a loop of its own.
constexpr std::size_t most_events = 5'000;
// Each takes every task out of one `acknowledge` at least.
constexpr int most_rounds = 40;

struct live_counts {
    std::uint64_t frames = rota::detail::frame_pool::count().live();
    std::uint64_t tasks = rota::detail::slab_store::count().live();
    friend bool operator==(live_counts const&, live_counts const&) = default;
};

class interpreter final : public listener {
    // The last parameter of a task's coroutine: it goes with the frame, so with the end of the task, also of one that was
    // cancelled before its first turn and of which nothing else is seen.
    class unbegun {
    public:
        unbegun(interpreter& of, int task) noexcept : of_(&of), task_(task) {}
        unbegun(unbegun&& other) noexcept : of_(std::exchange(other.of_, nullptr)), task_(other.task_) {}
        unbegun& operator=(unbegun&&) = delete;
        ~unbegun() {
            if (of_ != nullptr) of_->note({event_kind::task_ends, task_, 0, 0, {ending::cancelled}});
        }
        void begins() {
            of_->note({event_kind::task_begins, task_});
            of_ = nullptr;
        }

    private:
        interpreter* of_;
        int task_;
    };

public:
    interpreter(program const& to_run, subject& tested, rota::loop& home, run_result& result)
        : program_(to_run),
          subject_(tested),
          home_(home),
          result_(result),
          tasks_(to_run.all_tasks),
          deadlines_(to_run.all_tasks) {}

    void hear(int value) override { note({event_kind::tells, -1, 0, value}); }

    void run() {
        subject_.told = this;
        run_alone(subject_.open());
        for (std::size_t i = 0; i < program_.tasks.size(); ++i) {
            tasks_[i] = rota::create_task(run_task(static_cast<int>(i), unbegun(*this, static_cast<int>(i))));
        }
        int rounds = 0;
        while (home_.live_tasks() > 0) {
            if (result_.log.size() > most_events) return fail("it does not end");
            if (home_.run_some()) continue;
            note({event_kind::stuck, -1, 0, subject_.state()});
            if (++rounds > most_rounds) return fail("cancelled again and again, a task does not end");
            for (std::size_t i = 0; i < tasks_.size(); ++i)
                if (tasks_[i] && !tasks_[i].done()) cancel(-1, static_cast<int>(i));
        }
        run_alone(subject_.close());
        // What the loop has still to do for them.
        while (home_.run_some() && result_.log.size() <= most_events) {}
        note({event_kind::stuck, -1, 0, subject_.state()});
    }

private:
    void run_alone(rota::coro<> one) {
        auto const task = rota::create_task(std::move(one));
        while (!task.done() && home_.run_some()) {}
        if (!task.done()) return fail("the subject can not be made ready, or ended");
        if (auto const error = task.exception()) std::rethrow_exception(error);
    }

    struct noted {
        event_kind kind;
        int task;
        std::size_t step = 0;
        int value = 0;
        outcome result{};
    };

    void note(noted what) {
        int cancelling = -1;
        if (what.task >= 0) {
            auto const& by = tasks_[static_cast<std::size_t>(what.task)];
            if (by && !by.done()) cancelling = static_cast<int>(by.cancelling());
        }
        result_.log.push_back({home_.time().time_since_epoch().count(), what.kind, static_cast<std::int16_t>(what.task),
                               static_cast<std::uint16_t>(what.step), what.value, what.result, cancelling});
    }

    void fail(char const* why) {
        if (result_.fault.empty()) result_.fault = why;
    }

    void cancel(int by, int target) {
        auto const& task = tasks_[static_cast<std::size_t>(target)];
        if (!task || task.done()) return;
        note({event_kind::cancels, by, 0, target});
        task.cancel();
    }

    void note_end_of_task(int task, outcome result) {
        auto const cancelling = tasks_[static_cast<std::size_t>(task)].cancelling();
        note({event_kind::task_ends, task, 0, static_cast<int>(cancelling), result});
    }

    rota::coro<> run_task(int task, unbegun not_yet) {
        range const steps = program_.tasks[static_cast<std::size_t>(task)];
        not_yet.begins();
        outcome result{ending::value};
        try {
            co_await run_steps(task, steps.begin, steps.end);
        } catch (...) {
            result = current_outcome();
        }
        note_end_of_task(task, result);
    }

    rota::coro<int> run_child(std::size_t step, unbegun not_yet) {
        int const task = program_.steps[step].value;
        tasks_[static_cast<std::size_t>(task)] = rota::current_task();
        not_yet.begins();
        try {
            co_await run_steps(task, step + 1, program_.steps[step].end);
        } catch (...) {
            note_end_of_task(task, current_outcome());
            throw;
        }
        note_end_of_task(task, {ending::value, task});
        co_return task;
    }

    class kids_of final : public children {
    public:
        kids_of(interpreter& by, std::size_t step) : by_(by) {
            auto const& steps = by.program_.steps;
            for (std::size_t at = step + 1; at < steps[step].end; at = steps[at].end) steps_.push_back(at);
        }
        std::size_t count() const override { return steps_.size(); }
        int number(std::size_t which) const override { return by_.program_.steps[steps_[which]].value; }
        rota::coro<int> make(std::size_t which) override {
            return by_.run_child(steps_[which], unbegun(by_, number(which)));
        }

    private:
        interpreter& by_;
        std::vector<std::size_t> steps_;
    };

    rota::coro<> run_body(int task, std::size_t step) {
        struct step const& now = program_.steps[step];
        try {
            co_await run_steps(task, step + 1, now.kind == step_kind::cleanup ? as_step(now.value) : now.end);
        } catch (...) {
            note({event_kind::body_ends, task, step, 0, current_outcome()});
            throw;
        }
        note({event_kind::body_ends, task, step, 0, {ending::value}});
    }

    static std::size_t as_step(std::int16_t value) { return static_cast<std::size_t>(value); }

    rota::coro<> run_scope(int task, std::size_t step) {
        struct step const now = program_.steps[step];
        note({event_kind::enters, task, step});
        try {
            if (now.kind == step_kind::shield)
                co_await rota::with_shield(run_body(task, step));
            else if (now.kind == step_kind::cleanup)
                co_await rota::with_cleanup(run_body(task, step), [&] { return run_scope(task, as_step(now.value)); });
            else if (now.kind == step_kind::scope)
                co_await subject_.around({now.which, now.value, task, static_cast<int>(step), nullptr},
                                         run_body(task, step));
            else
                co_await run_body(task, step);
        } catch (...) {
            note({event_kind::exits, task, step, 0, current_outcome()});
            throw;
        }
        note({event_kind::exits, task, step, 0, {ending::value}});
    }

    std::vector<rota::timeout_scope*>& deadlines_of(int task) { return deadlines_[static_cast<std::size_t>(task)]; }

    rota::coro<> run_timeout(int task, std::size_t step) {
        note({event_kind::enters, task, step});
        rota::timeout_scope deadline(timeout_of(program_, step));
        deadlines_of(task).push_back(&deadline);
        outcome result{ending::value};
        std::exception_ptr error;
        try {
            co_await rota::with_timeout(deadline, run_body(task, step));
        } catch (...) {
            result = current_outcome();
            error = std::current_exception();
        }
        deadlines_of(task).pop_back();
        note({event_kind::exits, task, step, deadline.expired() ? 1 : 0, result});
        if (error) std::rethrow_exception(error);
    }

    void move_deadline(int task, std::size_t step) {
        if (deadlines_of(task).empty()) return;
        std::optional<rota::clock::time_point> when;
        if (int const delay = program_.steps[step].value; delay > 0)
            when = home_.time() + std::chrono::milliseconds(delay);
        try {
            deadlines_of(task).back()->reschedule(when);
        } catch (...) {
            note({event_kind::moves, task, step, 0, current_outcome()});
            throw;
        }
        note({event_kind::moves, task, step, 0, {ending::value}});
    }

    // One that waits, from the moment it is awaited to that at which its task goes on.
    rota::coro<> run_waiting(int task, std::size_t step) {
        struct step const now = program_.steps[step];
        note({event_kind::begins, task, step});
        int value = 0;
        try {
            if (now.kind == step_kind::yield) {
                co_await rota::yield();
            } else if (now.kind == step_kind::sleep) {
                co_await rota::sleep(std::chrono::milliseconds(now.value));
            } else if (now.kind == step_kind::spawn) {
                kids_of kids(*this, step);
                value = co_await subject_.perform({now.which, now.value, task, static_cast<int>(step), &kids});
            } else {
                value = co_await subject_.perform({now.which, now.value, task, static_cast<int>(step), nullptr});
            }
        } catch (...) {
            note({event_kind::ends, task, step, 0, current_outcome()});
            throw;
        }
        note({event_kind::ends, task, step, 0, {ending::value, value}});
    }

    rota::coro<> run_hold(int task, std::size_t step) {
        struct step const now = program_.steps[step];
        co_await run_waiting(task, step);
        std::exception_ptr error;
        try {
            co_await run_steps(task, step + 1, now.end);
        } catch (...) {
            error = std::current_exception();
        }
        note({event_kind::leaves, task, step});
        subject_.leave({now.which, now.value, task, static_cast<int>(step), nullptr});
        if (error) std::rethrow_exception(error);
    }

    rota::coro<> run_handle(int task, std::size_t step) {
        try {
            co_await run_steps(task, step + 1, program_.steps[step].end);
        } catch (rota::cancelled_error const&) {
            throw;
        } catch (...) {
            static_cast<void>(task);
        }
    }

    rota::coro<> run_acknowledge(int task, std::size_t step) {
        try {
            co_await run_steps(task, step + 1, program_.steps[step].end);
        } catch (rota::cancelled_error const&) {
            auto const left = rota::current_task().uncancel();
            note({event_kind::acknowledges, task, step, static_cast<int>(left)});
        }
    }

    rota::coro<> run_steps(int task, std::size_t at, std::size_t end) {
        for (; at < end; at = program_.steps[at].end) {
            switch (program_.steps[at].kind) {
                case step_kind::use:
                case step_kind::yield:
                case step_kind::sleep:
                case step_kind::spawn: co_await run_waiting(task, at); break;
                case step_kind::cancel: cancel(task, program_.steps[at].value); break;
                case step_kind::raise: throw raised_error{task};
                case step_kind::timeout: co_await run_timeout(task, at); break;
                case step_kind::reschedule: move_deadline(task, at); break;
                case step_kind::shield:
                case step_kind::cleanup:
                case step_kind::scope: co_await run_scope(task, at); break;
                case step_kind::handle: co_await run_handle(task, at); break;
                case step_kind::acknowledge: co_await run_acknowledge(task, at); break;
                case step_kind::hold: co_await run_hold(task, at); break;
                case step_kind::child:
                case step_kind::finally: break;
            }
        }
    }

    program const& program_;
    subject& subject_;
    rota::loop& home_;
    run_result& result_;
    std::vector<rota::any_task> tasks_;
    std::vector<std::vector<rota::timeout_scope*>> deadlines_;  // of each task, the innermost last
};

}  // namespace

void subject::leave(use) {}
rota::coro<> subject::open() { co_return; }
rota::coro<> subject::close() { co_return; }
rota::coro<> subject::around(use, rota::coro<> body) { co_await std::move(body); }

void run(program const& to_run, subject_maker make, rota::testing::choice_tape& choices, run_result& into) {
    into.log.clear();
    into.reports = 0;
    into.fault.clear();
    live_counts const before;
    {
        rota::engine_options options(rota::engine_kind::simulated);
        if (to_run.network) options.seed = to_run.parameter;
        rota::loop home(rota::make_engine(options), rota::schedule(to_run.schedule, choices));
        home.set_exception_handler([&into](rota::loop&, rota::exception_context const&) { ++into.reports; });
        rota::detail::running_here const here(home);
        auto const tested = make(to_run.parameter);
        interpreter running(to_run, *tested, home, into);
        running.run();
        try {
            home.cancel_all_and_drain();
        } catch (rota::deadlock_error const& stuck) {
            if (into.fault.empty()) into.fault = stuck.what();
        }
    }
    live_counts const after;
    if (after == before || !into.fault.empty()) return;
    into.fault = "left over: " + std::to_string(after.frames - before.frames) + " frames, " +
                 std::to_string(after.tasks - before.tasks) + " tasks";
}

}  // namespace random_programs
