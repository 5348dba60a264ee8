// Cancelled at every point, or short of memory: what the combinators own ends with them, and what they do not goes on.
#include "torture_kit.hpp"

#include <numeric>

namespace {

using namespace torture_kit;

/// A gather's coroutines have ended when it has.
struct owning : scenario {
    int running = 0;
    rota::clock::time_point const began = rota::running_loop().time();
    coro<> verify() override {
        require(running == 0, "a child runs on");
        require(rota::running_loop().time() - began < 1h, "a child was waited for that should have been cancelled");
        co_return;
    }
};

struct gathers_coroutines : owning {
    coro<> subject() override {
        auto const got = co_await rota::gather(value_after(running, 1, 2ms), value_after(running, 2, 1ms),
                                               rota::sleep(1ms), value_after(running, 3, 0ms));
        require(std::get<0>(got) == 1 && std::get<1>(got) == 2 && std::get<3>(got) == 3, "a value is lost");
        co_await rota::yield();
    }
};
TEST(TortureGather, Coroutines) { torture<gathers_coroutines>("gather/of coroutines"); }

/// A time-out's cancel goes to the children as one from outside does.
struct gathers_long_ones : owning {
    coro<> subject() override {
        std::vector<coro<int>> children;
        for (int i = 0; i < 3; ++i) children.push_back(value_after(running, i, 1h));
        auto both = rota::gather(value_after(running, 1, 1h), rota::gather(std::move(children)));
        bool late = false;
        try {
            co_await rota::wait_for(std::move(both), 5ms);
        } catch (rota::timeout_error const&) {
            late = true;
        }
        require(late && running == 0, "a child runs on");
        co_await rota::yield();
    }
};
TEST(TortureGather, CoroutinesThatNeverEnd) { torture<gathers_long_ones>("gather/of coroutines that never end"); }

struct gathers_a_range : owning {
    coro<> subject() override {
        std::vector<coro<int>> children;
        for (int i = 0; i < 4; ++i) children.push_back(value_after(running, i, std::chrono::milliseconds(3 - i)));
        auto const got = co_await rota::gather(std::move(children));
        require(got == std::vector<int>{0, 1, 2, 3}, "a value is lost");
        co_await rota::yield();
    }
};
TEST(TortureGather, ARangeOfCoroutines) { torture<gathers_a_range>("gather/of a range of coroutines"); }

struct gathers_a_failing_one : owning {
    bool caught = false;
    coro<> subject() override {
        try {
            co_await rota::gather(value_after(running, 1, 1h), error_after(running, 2ms), value_after(running, 2, 1ms));
        } catch (std::runtime_error const&) {
            caught = true;
        }
        require(caught && running == 0, "the error came before the end of all");
        co_await rota::yield();
    }
};
TEST(TortureGather, AFailingCoroutine) { torture<gathers_a_failing_one>("gather/of a failing coroutine"); }

struct gathers_exceptions : owning {
    coro<> subject() override {
        auto const got = co_await rota::gather(rota::return_exceptions, value_after(running, 1, 3ms),
                                               error_after(running, 2ms), value_after(running, 2, 1ms));
        require(std::get<0>(got).value() == 1 && !std::get<1>(got) && std::get<2>(got).value() == 2,
                "a result is lost");
        co_await rota::yield();
    }
    bool expects(rota::exception_context const& told) const override { return is_expected_failure(told); }
};
TEST(TortureGather, ReturningExceptions) { torture<gathers_exceptions>("gather/returning exceptions"); }

struct gathers_a_range_with_exceptions : owning {
    coro<> subject() override {
        std::vector<coro<int>> children;
        children.push_back(value_after(running, 1, 2ms));
        children.push_back(error_after(running, 1ms));
        auto const got = co_await rota::gather(rota::return_exceptions, std::move(children));
        require(got[0].value() == 1 && !got[1].has_value(), "a result is lost");
        co_await rota::yield();
    }
    // Where the gather itself ends early nobody is given the errors of its children.
    bool expects(rota::exception_context const& told) const override { return is_expected_failure(told); }
};
TEST(TortureGather, ARangeReturningExceptions) {
    torture<gathers_a_range_with_exceptions>("gather/of a range, returning exceptions");
}

/// Tasks, which somebody else owns: each ends with its value or cancelled, and none is lost.
struct with_tasks : scenario {
    int running = 0;
    std::vector<rota::task<int>> tasks;
    void make(int count) {
        tasks.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            tasks.push_back(create_task(value_after(running, i, std::chrono::milliseconds(1 + i % 3))));
    }
    coro<> end_all() {
        for (auto const& each : tasks)
            while (!each.done()) co_await rota::sleep(1ms);
        require(running == 0, "a frame is left");
    }
    void require_values() const {
        for (std::size_t i = 0; i < tasks.size(); ++i)
            require(!tasks[i].cancelled() && tasks[i].result() == static_cast<int>(i), "a task lost its value");
    }
};

struct gathers_tasks : with_tasks {
    bool waits = false;
    coro<> subject() override {
        make(3);
        waits = true;
        auto const got = co_await rota::gather(tasks[0], tasks[1], tasks[2]);
        require(got == std::tuple<int, int, int>(0, 1, 2), "a value is lost");
        co_await rota::yield();
    }
    coro<> verify() override {
        for (auto const& each : tasks)
            require(each.done() || !waits || memory_ran_out(), "it was left before its tasks had ended");
        co_await end_all();
    }
};
TEST(TortureGather, Tasks) { torture<gathers_tasks>("gather/of tasks"); }

struct gathers_a_range_of_tasks : with_tasks {
    bool waits = false;
    coro<> subject() override {
        make(4);
        waits = true;
        auto const got = co_await rota::gather(tasks);
        require(got == std::vector<int>{0, 1, 2, 3}, "a value is lost");
        co_await rota::yield();
    }
    coro<> verify() override {
        for (auto const& each : tasks)
            require(each.done() || !waits || memory_ran_out(), "it was left before its tasks had ended");
        co_await end_all();
    }
};
TEST(TortureGather, ARangeOfTasks) { torture<gathers_a_range_of_tasks>("gather/of a range of tasks"); }

struct gathers_a_future : owning {
    rota::future<int> promised = rota::create_future<int>();
    bool set = false;
    int got = 0;
    coro<> subject() override {
        auto const all = co_await rota::gather(promised, value_after(running, 2, 1ms));
        got = std::get<0>(all);
        require(std::get<1>(all) == 2, "a value is lost");
    }
    coro<> environment() override {
        co_await rota::sleep(2ms);
        if (!std::exchange(set, !promised.done())) promised.set_result(7);
    }
    coro<> verify() override {
        while (!promised.done()) co_await rota::sleep(1ms);
        require(running == 0, "a child runs on");
        require(promised.cancelled() || promised.result() == 7, "the future lost its value");
    }
};
TEST(TortureGather, AFuture) { torture<gathers_a_future>("gather/of a future"); }

template <int Mode>
struct waits_for_tasks : with_tasks {
    static auto wait_on(std::vector<rota::task<int>> const& tasks) {
        if constexpr (Mode == 0) return rota::wait(tasks, rota::first_completed);
        if constexpr (Mode == 1) return rota::wait(tasks, rota::first_exception);
        if constexpr (Mode == 2) return rota::wait(tasks);
        if constexpr (Mode == 3) return rota::wait(tasks, 2ms);
        if constexpr (Mode == 4) return rota::wait(rota::wait_options(2ms, rota::first_completed), tasks[1], tasks[2]);
    }
    coro<> subject() override {
        make(4);
        auto waited = co_await wait_on(tasks);
        require(waited.done.size() + waited.pending.size() == (Mode == 4 ? 2 : 4), "a task is lost");
        while (!waited.pending.empty()) {
            auto const next = co_await rota::wait(waited.pending, rota::first_completed);
            waited.pending = next.pending;
        }
    }
    coro<> verify() override {
        co_await end_all();
        require_values();  // who waits cancels nothing
    }
};
TEST(TortureWait, FirstCompleted) { torture<waits_for_tasks<0>>("wait/first_completed"); }
TEST(TortureWait, FirstException) { torture<waits_for_tasks<1>>("wait/first_exception"); }
TEST(TortureWait, AllCompleted) { torture<waits_for_tasks<2>>("wait/all_completed"); }
TEST(TortureWait, WithATimeout) { torture<waits_for_tasks<3>>("wait/with a time-out"); }
TEST(TortureWait, WithATimeoutAndAMode) { torture<waits_for_tasks<4>>("wait/with a time-out and a mode"); }

/// What one consumer did not take the next one gets.
struct takes_as_completed : with_tasks {
    std::optional<rota::completions<rota::task<int>>> finished;
    int sum = 0;
    std::size_t taken = 0;
    coro<> subject() override {
        make(4);
        finished.emplace(std::vector(tasks), rota::clock::never());
        co_await take();
    }
    coro<> take() {
        while (auto next = co_await finished->next()) {
            ++taken;
            sum += next.result();
        }
    }
    coro<> verify() override {
        if (finished) {
            co_await take();
            require(taken == 4 && sum == 6, "a task is lost");
        }
        co_await end_all();
        require_values();
    }
};
TEST(TortureAsCompleted, Next) { torture<takes_as_completed>("completions.next"); }

struct takes_values_as_completed : with_tasks {
    coro<> subject() override {
        make(3);
        int sum = 0;
        auto finished = rota::as_completed(tasks);
        for (auto& next : finished) sum += co_await next;
        require(sum == 3, "a value is lost");
    }
    coro<> verify() override {
        co_await end_all();
        require_values();
    }
};
TEST(TortureAsCompleted, Values) { torture<takes_values_as_completed>("as_completed, next_value.co_await"); }

struct takes_as_completed_in_time : with_tasks {
    coro<> subject() override {
        make(3);
        std::size_t taken = 0;
        bool late = false;
        auto finished = rota::as_completed(tasks, 2ms);
        try {
            while (co_await finished.next()) ++taken;
        } catch (rota::timeout_error const&) {
            late = true;
        }
        require(late ? taken < 3 : taken == 3, "a task is lost");
        co_await rota::yield();
    }
    coro<> verify() override {
        co_await end_all();
        require_values();
    }
};
TEST(TortureAsCompleted, WithATimeout) { torture<takes_as_completed_in_time>("as_completed/with a time-out"); }

struct owns_as_completed : owning {
    int failures = 0;
    coro<> subject() override {
        std::vector<coro<int>> children;
        for (int i = 0; i < 3; ++i) children.push_back(value_after(running, i, std::chrono::milliseconds(i)));
        children.push_back(error_after(running, 1ms));
        children.push_back(value_after(running, 4, 1h));
        co_await rota::with_as_completed(std::move(children), [this](auto& finished) { return take(finished); });
        require(running == 0, "a child runs on");
        require(failures == 1, "an error is lost");
        co_await rota::yield();
    }
    coro<> take(rota::completions<rota::task<int>>& finished) {
        for (int i = 0; i < 4; ++i) {
            auto const next = co_await finished.next();
            if (next.exception()) ++failures;
        }
    }
    /// One that failed when its turn to be taken was still to come.
    bool expects(rota::exception_context const& told) const override { return is_expected_failure(told); }
};
TEST(TortureAsCompleted, OwningItsCoroutines) { torture<owns_as_completed>("with_as_completed"); }

/// The task goes on, whoever leaves.
struct shields_a_task : with_tasks {
    coro<> subject() override {
        make(3);
        require(co_await rota::shield(tasks[2]) == 2, "the value is lost");
        require(co_await rota::shield(tasks[1]) == 1, "the value is lost");
        co_await rota::shield(rota::any_task(tasks[0]));
        co_await rota::yield();
    }
    coro<> verify() override {
        co_await end_all();
        require_values();
    }
};
TEST(TortureShield, ATask) { torture<shields_a_task>("shield/of a task"); }

struct shields_a_coroutine : scenario {
    int running = 0;
    int begun = 0;
    int ended = 0;
    coro<> subject() override {
        require(co_await rota::shield(work()) == 5, "the value is lost");
        co_await rota::shield(rota::sleep(1ms));
    }
    coro<int> work() {
        counted const here(running);
        ++begun;
        co_await rota::sleep(2ms);
        ++ended;
        co_return 5;
    }
    coro<> verify() override {
        co_await rota::sleep(3ms);
        require(running == 0 && begun == ended, "the shielded coroutine did not end by itself");
    }
};
TEST(TortureShield, ACoroutine) { torture<shields_a_coroutine>("shield/of a coroutine"); }

}  // namespace
