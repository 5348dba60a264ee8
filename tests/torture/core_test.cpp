// Cancelled at every point, or short of memory: what core's awaitables promise holds.
#include "torture_kit.hpp"

namespace {

using namespace torture_kit;

struct sleeps : scenario {
    coro<> subject() override {
        auto const began = rota::running_loop().time();
        co_await rota::sleep(2ms);
        co_await rota::sleep(0ms);
        co_await rota::sleep(3ms);
        require(rota::running_loop().time() - began >= 5ms, "a sleep ended early");
    }
    coro<> environment() override {
        for (int i = 0; i < 5; ++i) co_await rota::sleep(1ms);
    }
};
TEST(TortureCore, Sleep) { torture<sleeps>("sleep"); }

struct sleeps_until : scenario {
    coro<> subject() override {
        auto const until = rota::running_loop().time() + 2ms;
        co_await rota::sleep_until(until);
        require(rota::running_loop().time() >= until, "a sleep ended early");
        co_await rota::sleep_until(until);
        co_await rota::sleep_until(until + 1ms);
    }
};
TEST(TortureCore, SleepUntil) { torture<sleeps_until>("sleep_until"); }

struct yields : scenario {
    int taken = 0;
    int others = 0;
    coro<> subject() override {
        for (; taken < 5; ++taken) co_await rota::yield();
    }
    coro<> environment() override {
        for (; others < 5; ++others) co_await rota::yield();
    }
    coro<> verify() override {
        while (others < 5) co_await rota::yield();
    }
};
TEST(TortureCore, Yield) { torture<yields>("yield"); }

/// The frames of a chain die with it, innermost first, and the value comes all the way up.
struct awaits_a_chain : scenario {
    int running = 0;
    coro<> subject() override {
        require(co_await link(10) == 11, "the value is lost on its way");
        auto named = link(2);
        require(co_await std::move(named) == 3, "the value is lost on its way");
    }
    coro<int> link(int depth) {
        counted const here(running);
        if (depth > 0) {
            int const below = co_await link(depth - 1);
            co_await rota::yield();
            co_return below + 1;
        }
        co_await rota::sleep(1ms);
        co_return 1;
    }
    coro<> verify() override {
        require(running == 0, "a frame of the chain is left");
        co_return;
    }
};
TEST(TortureCore, Coroutine) { torture<awaits_a_chain>("coro.co_await"); }

/// What a task gave is given to whoever awaits it, or was never given.
struct awaits_a_task : scenario {
    int running = 0;
    int got = 0;
    rota::task<int> child;
    coro<> subject() override {
        child = create_task(value_after(running, 7, 2ms));
        got = co_await child;
        co_await rota::yield();
        require(co_await child == 7, "a second await gives something else");
    }
    coro<> verify() override {
        require(running == 0 || got == 0, "it runs on after its end");
        if (!child) co_return;
        require(child.done(), "who awaited it did not wait for its end");
        require(child.cancelled() ? got == 0 : got == 7 && child.result() == 7, "the result is lost");
    }
};
TEST(TortureCore, Task) { torture<awaits_a_task>("task.co_await"); }

struct awaits_a_task_of_several_waiters : scenario {
    int running = 0;
    int got = 0;
    int also_got = 0;
    rota::task<int> child;
    rota::event made;
    coro<> subject() override {
        child = create_task(value_after(running, 7, 2ms));
        made.set();
        got = co_await child;
    }
    coro<> environment() override {
        co_await made.wait();
        try {
            also_got = co_await child;
        } catch (rota::cancelled_error const&) {
            if (!child.cancelled()) throw;
        }
    }
    coro<> verify() override {
        if (!child) co_return;
        require(child.done() && (child.cancelled() ? got == 0 : got == 7), "the result is lost");
        co_await turns(3);
        require(also_got == got, "another waiter got something else");
    }
};
TEST(TortureCore, TaskOfSeveralWaiters) {
    torture<awaits_a_task_of_several_waiters>("task.co_await/of several waiters");
}

struct awaits_the_last_handle : scenario {
    bool produced = false;
    std::unique_ptr<int> got;
    coro<> subject() override {
        auto child = create_task(produce());
        got = co_await std::move(child);
    }
    coro<std::unique_ptr<int>> produce() {
        co_await rota::sleep(2ms);
        auto made = std::make_unique<int>(7);
        produced = true;
        co_return made;
    }
    coro<> verify() override {
        require(!produced || (got && *got == 7), "the result is lost");
        co_return;
    }
};
TEST(TortureCore, LastHandleOfATask) { torture<awaits_the_last_handle>("task.co_await/moved out"); }

struct awaits_any_task : scenario {
    int running = 0;
    bool went_on = false;
    rota::any_task child;
    coro<> subject() override {
        child = create_task(value_after(running, 7, 2ms));
        co_await child;
        went_on = true;
    }
    coro<> verify() override {
        if (!child) co_return;
        require(child.done() && running == 0, "who awaited it did not wait for its end");
        require(child.cancelled() != went_on, "its end is lost");
    }
};
TEST(TortureCore, AnyTask) { torture<awaits_any_task>("any_task.co_await"); }

struct awaits_a_failing_task : scenario {
    int running = 0;
    bool caught = false;
    rota::task<int> child;
    coro<> subject() override {
        child = create_task(error_after(running, 2ms));
        try {
            co_await child;
        } catch (std::runtime_error const&) {
            caught = true;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        if (!child) co_return;
        require(child.done() && running == 0, "who awaited it did not wait for its end");
        require(child.cancelled() != caught, "its error is lost");
    }
};
TEST(TortureCore, FailingTask) { torture<awaits_a_failing_task>("task.co_await/that fails"); }

struct awaits_a_future : scenario {
    rota::future<std::string> promised = rota::create_future<std::string>();
    std::string got;
    bool waits = false;
    bool set_while_it_waited = false;
    coro<> subject() override {
        got.reserve(64);
        waits = true;
        got = co_await promised;
        co_await rota::yield();
    }
    coro<> environment() override {
        co_await turns(3);
        if (promised.done()) co_return;
        std::string value = "a value too long to be kept in place";
        set_while_it_waited = waits;
        promised.set_result(std::move(value));
    }
    coro<> verify() override {
        while (!promised.done()) co_await rota::yield();
        require(!set_while_it_waited || got == promised.result(), "the result is lost");
    }
};
TEST(TortureCore, Future) { torture<awaits_a_future>("future.co_await"); }

struct shields : scenario {
    int begun = 0;
    int finished = 0;
    coro<> subject() override {
        co_await rota::with_shield([this] { return work(3); });
        co_await rota::with_shield(work(2));
        co_await rota::yield();
    }
    coro<> work(int sleeps) {
        ++begun;
        for (int i = 0; i < sleeps; ++i) {
            co_await rota::sleep(1ms);
            co_await rota::yield();
        }
        ++finished;
    }
    coro<> verify() override {
        require(begun == finished, "a cancel came into the shield");
        co_return;
    }
};
TEST(TortureCore, WithShield) { torture<shields>("with_shield"); }

template <bool GivesAValue>
struct cleans_up : scenario {
    int opened = 0;
    int closed = 0;
    coro<> subject() override {
        // Its frame is there before it is needed, whatever memory is short of then.
        auto closing = close();
        if constexpr (GivesAValue) {
            int const used = co_await rota::with_cleanup([this] { return use(); }, std::move(closing));
            require(used == 5, "the value is lost");
        } else {
            auto whole = rota::with_cleanup(rota::sleep(2ms), std::move(closing));
            ++opened;
            co_await std::move(whole);
        }
        co_await rota::yield();
    }
    coro<int> use() {
        ++opened;
        co_await rota::sleep(1ms);
        co_await rota::yield();
        co_return 5;
    }
    coro<> close() {
        co_await rota::yield();
        co_await rota::sleep(1ms);
        ++closed;
    }
    coro<> verify() override {
        require(closed >= opened, "it was opened, and not closed");
        co_return;
    }
};
TEST(TortureCore, WithCleanup) { torture<cleans_up<true>>("with_cleanup"); }
TEST(TortureCore, WithCleanupOfNoValue) { torture<cleans_up<false>>("with_cleanup/of no value"); }

struct takes_results : scenario {
    int running = 0;
    rota::task<int> child;
    bool told = false;
    coro<> subject() override {
        auto const slept = co_await rota::as_result(rota::sleep(1ms));
        require(slept.has_value() || slept.cancelled(), "a sleep fails");
        child = create_task(value_after(running, 7, 2ms));
        auto const got = co_await rota::as_result(child);
        told = true;
        require(got.has_value() ? got.value() == 7 : got.cancelled(), "the result is lost");
        auto const failed = co_await rota::as_result(error_after(running, 1ms));
        require(!failed.has_value(), "an error is lost");
        co_await rota::yield();
    }
    coro<> verify() override {
        // Where the first result was the cancel, the second await raised again and left its task alone.
        if (child && !child.done()) co_await child;
        require(running == 0, "something runs on");
        require(told || !child, "the result is lost");
    }
};
TEST(TortureCore, AsResult) { torture<takes_results>("as_result"); }

/// Resumed by a callback, as another library would.
struct foreign {
    int* resumed;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const {
        rota::running_loop().call_later(1ms, [waiting] { waiting.resume(); });
    }
    int await_resume() const noexcept { return ++*resumed; }
};
struct adapts : scenario {
    int begun = 0;
    int resumed = 0;
    coro<> subject() override {
        for (int i = 0; i < 3; ++i) {
            auto adapted = rota::adapt(foreign{&resumed});
            ++begun;
            co_await adapted;
        }
        co_await rota::yield();
    }
    coro<> verify() override {
        // The last one's await may have raised before it began.
        require(resumed == begun || resumed == begun - 1, "a foreign result is lost");
        co_return;
    }
};
TEST(TortureCore, Adapt) { torture<adapts>("adapt"); }

/// Each form of `create_task`: what it copied is let go, and none of its tasks is left.
struct creates_tasks : scenario {
    int running = 0;
    std::shared_ptr<int> shared = std::make_shared<int>(7);
    std::vector<rota::any_task> made;
    static coro<int> read(int& running, std::shared_ptr<int> from) {
        counted const here(running);
        co_await rota::sleep(1ms);
        co_return *from;
    }
    coro<> subject() override {
        made.reserve(4);
        auto const plain = create_task(read(running, shared));
        made.push_back(plain);
        auto const copying = create_task(&creates_tasks::read, std::ref(running), shared);
        made.push_back(copying);
        auto const awaiting = create_task(rota::sleep(1ms));
        made.push_back(awaiting);
        auto const named =
            create_task(rota::named("a name too long to be kept in place"), read, std::ref(running), shared);
        made.push_back(named);
        require(co_await plain + co_await copying + co_await named == 21, "a value is lost");
        co_await awaiting;
    }
    coro<> verify() override {
        for (auto const& each : made) {
            while (!each.done()) co_await rota::sleep(1ms);
            require(each.cancelled() || !each.exception() || memory_ran_out(), "a task failed");
        }
        require(running == 0, "a task is left");
        require(shared.use_count() == 1, "a task's copies are left");
    }
};
TEST(TortureCore, CreateTask) { torture<creates_tasks>("create_task"); }

}  // namespace
