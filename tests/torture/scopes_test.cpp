// Cancelled at every point, or short of memory: time limits and task groups, which take back only requests of their own.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

/// An item comes at about the time of the deadline: it is got, or it is still there.
template <int Form>
struct gets_in_time : scenario {
    rota::queue<int> items;
    int got = 0;
    int late = 0;
    int put = 0;
    coro<int> take() { co_return co_await items.get(); }
    coro<> subject() override {
        while (got + late < 4) {
            try {
                if constexpr (Form == 0) co_await rota::with_timeout(2ms, [this] { return get(); });
                if constexpr (Form == 1) co_await rota::with_timeout_at(rota::running_loop().time() + 2ms, get());
                if constexpr (Form == 2) {
                    (void)co_await rota::wait_for(items.get(), 2ms);
                    ++got;
                }
                if constexpr (Form == 3) {
                    rota::timeout_scope scope(1h);
                    auto moves = [this](rota::timeout_scope& of) { return get_soon(of); };
                    co_await rota::with_timeout(scope, moves);
                    require(!scope.expired(), "an item came, and the time is up all the same");
                }
                if constexpr (Form == 4) {
                    auto inner = rota::with_timeout(2ms, [this] { return get(); });
                    co_await rota::with_timeout(2ms, std::move(inner));
                }
            } catch (rota::timeout_error const&) {
                ++late;
                require(rota::current_task().cancelling() == 0, "a scope's own request is left");
            }
        }
    }
    coro<> get() {
        (void)co_await items.get();
        ++got;
    }
    coro<> get_soon(rota::timeout_scope& scope) {
        scope.reschedule(rota::running_loop().time() + 2ms);
        co_await get();
    }
    coro<> environment() override {
        for (; put < 3; ++put) {
            co_await rota::sleep(2ms);
            items.put_nowait(put);
        }
    }
    coro<> verify() override {
        while (put < 3) co_await rota::sleep(1ms);
        require(got + static_cast<int>(items.qsize()) == 3, "an item is lost");
    }
};
TEST(TortureTimeout, WithTimeout) { torture<gets_in_time<0>>("with_timeout"); }
TEST(TortureTimeout, WithTimeoutAt) { torture<gets_in_time<1>>("with_timeout_at"); }
TEST(TortureTimeout, WaitFor) { torture<gets_in_time<2>>("wait_for"); }
TEST(TortureTimeout, Rescheduled) { torture<gets_in_time<3>>("with_timeout/rescheduled"); }
TEST(TortureTimeout, TwoAtOnce) { torture<gets_in_time<4>>("with_timeout/two at once"); }

/// A task that is waited for is cancelled with its waiter and by the limit.
struct waits_for_a_task : scenario {
    int running = 0;
    rota::task<int> child;
    coro<> subject() override {
        child = create_task(value_after(running, 7, 5ms));
        bool late = false;
        try {
            (void)co_await rota::wait_for(child, 3ms);
        } catch (rota::timeout_error const&) {
            late = true;
        }
        require(late && child.cancelled(), "the limit did not end the task");
        co_await rota::yield();
    }
    coro<> verify() override {
        require(running == 0 && (!child || child.done()), "the task runs on");
        co_return;
    }
};
TEST(TortureTimeout, OfATask) { torture<waits_for_a_task>("wait_for/of a task"); }

struct owns_a_group : scenario {
    int running = 0;
    int ended = 0;
    rota::clock::time_point const began = rota::running_loop().time();
    coro<> child(rota::clock::duration delay) {
        counted const here(running);
        co_await rota::sleep(delay);
        ++ended;
    }
    coro<> verify() override {
        require(running == 0, "a task of the group runs on");
        require(rota::running_loop().time() - began < 1h, "a task was waited for that should have been cancelled");
        co_return;
    }
};

struct makes_children : owns_a_group {
    coro<> subject() override {
        int const value = co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        require(value == 5 && ended == 4, "a task is lost");
        co_await rota::yield();
    }
    coro<int> body(rota::task_group& group) {
        group.create_task(child(3ms));
        group.create_task(&makes_children::child, this, rota::clock::duration(2ms));
        group.create_task(rota::named("a name too long to be kept in place"), child(1ms));
        group.create_task(rota::sleep(4ms));
        co_await child(1ms);
        co_return 5;
    }
};
TEST(TortureTaskGroup, CreateTask) { torture<makes_children>("with_task_group"); }

struct makes_grandchildren : owns_a_group {
    coro<> subject() override {
        co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        require(ended == 2, "a task is lost");
    }
    coro<> body(rota::task_group& group) {
        group.create_task([](makes_grandchildren& self, rota::task_group& in) { return self.parent(in); },
                          std::ref(*this), std::ref(group));
        co_return;
    }
    coro<> parent(rota::task_group& group) {
        co_await rota::sleep(1ms);
        group.create_task(child(1ms));
        co_await child(0ms);
    }
};
TEST(TortureTaskGroup, CreatedByAnotherTaskOfIt) { torture<makes_grandchildren>("with_task_group/grandchildren"); }

struct has_a_failing_child : owns_a_group {
    bool caught = false;
    coro<int> fails() {
        counted const here(running);
        co_await rota::sleep(2ms);
        fail();
    }
    coro<> subject() override {
        try {
            co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        } catch (rota::exception_group const& group) {
            caught = group.exceptions().size() == 1;
        }
        require(caught && running == 0, "the error is lost");
        co_await rota::yield();
    }
    coro<> body(rota::task_group& group) {
        group.create_task(child(1h));
        group.create_task(fails());
        co_await rota::sleep(1h);
    }
};
TEST(TortureTaskGroup, AFailingChild) { torture<has_a_failing_child>("with_task_group/with a failing task"); }

struct cancels_itself : owns_a_group {
    coro<> subject() override {
        co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        require(running == 0, "a task of the group runs on");
        co_await rota::yield();
    }
    coro<> body(rota::task_group& group) {
        group.create_task(child(1h));
        group.create_task(child(2ms));
        co_await rota::sleep(2ms);
        group.cancel();
        co_await rota::sleep(1h);
    }
};
TEST(TortureTaskGroup, Cancel) { torture<cancels_itself>("with_task_group/cancelled by itself"); }

/// Cancelled when only its tasks are left, one of which makes another then: that one is born cancelled.
struct is_left_late : owns_a_group {
    coro<> subject() override {
        bool late = false;
        auto group = rota::with_task_group([this](rota::task_group& made) { return body(made); });
        try {
            co_await rota::wait_for(std::move(group), 5ms);
        } catch (rota::timeout_error const&) {
            late = true;
        }
        require(late && running == 0, "a task of the group runs on");
        co_await rota::yield();
    }
    coro<> body(rota::task_group& group) {
        group.create_task(child(1h));
        group.create_task(leaves_another(group));
        co_return;
    }
    coro<> leaves_another(rota::task_group& group) {
        co_await rota::with_cleanup(child(1h), [this, &group] { return leave(group); });
    }
    coro<> leave(rota::task_group& group) {
        co_await rota::yield();
        group.create_task(child(1h));
        co_await rota::yield();
    }
};
TEST(TortureTaskGroup, LeftLate) { torture<is_left_late>("with_task_group/cancelled at its end"); }

/// A value by which a task says that it is ready comes out, or the task has ended.
struct starts_a_task : owns_a_group {
    int ready = 0;
    int got = 0;
    coro<> subject() override {
        co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        co_await rota::yield();
    }
    coro<> body(rota::task_group& group) {
        got += co_await group.start([](rota::task_ready<int>& say, starts_a_task& self) { return self.serve(say); },
                                    std::ref(*this));
        co_await rota::yield();
        got += co_await group.start<int>(&starts_a_task::serve_generically<rota::task_ready<int>>, std::ref(*this));
    }
    coro<> serve(rota::task_ready<int>& say) {
        counted const here(running);
        co_await rota::sleep(1ms);
        ++ready;
        say(1);
        co_await rota::sleep(2ms);
    }
    template <class Ready>
    static coro<> serve_generically(Ready& say, starts_a_task& self) {
        return self.serve(say);
    }
    coro<> verify() override {
        require(running == 0, "a task of the group runs on");
        require(ready == got, "a value by which a task was ready is lost");
        co_return;
    }
};
TEST(TortureTaskGroup, Start) { torture<starts_a_task>("task_group.start"); }

struct starts_a_failing_task : owns_a_group {
    bool caught = false;
    coro<> subject() override {
        co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
        require(caught, "the error is lost");
    }
    coro<> body(rota::task_group& group) {
        try {
            (void)co_await group.start<int>(
                [](rota::task_ready<int>&, starts_a_failing_task& self) { return self.fails(); }, std::ref(*this));
        } catch (std::runtime_error const&) {
            caught = true;
        }
        co_await rota::yield();
    }
    coro<> fails() {
        counted const here(running);
        co_await rota::sleep(1ms);
        fail();
    }
};
TEST(TortureTaskGroup, StartOfATaskThatFails) { torture<starts_a_failing_task>("task_group.start/that fails"); }

struct joins_a_group : owns_a_group {
    coro<> subject() override {
        co_await rota::with_task_group([this](rota::task_group& group) { return body(group); });
    }
    coro<> body(rota::task_group& group) {
        group.create_task(child(2ms));
        group.create_task(child(1ms));
        co_await group.join();
        require(ended == 2 && running == 0, "it did not wait for all");
        group.create_task(child(1ms));
        co_await group.join();
    }
};
TEST(TortureTaskGroup, Join) { torture<joins_a_group>("task_group.join"); }

}  // namespace
