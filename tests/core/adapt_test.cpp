#include <rota/core/adapt.hpp>

#include "core/core_kit.hpp"

#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Adapt : public core_kit::test {};

// Another library's promise of a value: whoever sets it resumes who waits.
struct foreign_event {
    std::coroutine_handle<> waiting;
    int value = 0;

    bool await_ready() const noexcept { return value != 0; }
    void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
    int await_resume() const {
        if (value < 0) throw std::runtime_error("foreign error");
        return value;
    }
    void set(int to) {
        value = to;
        if (waiting) std::exchange(waiting, nullptr).resume();
    }
};

TEST_F(Adapt, AwaitsAForeignAwaitable) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        rota::running_loop().call_later(1s, [&] { event.set(5); });
        auto const before = rota::clock::now();
        EXPECT_EQ(co_await rota::adapt(event), 5);
        EXPECT_EQ(rota::clock::now() - before, 1s);
    });
}

TEST_F(Adapt, OneThatIsReadyDoesNotSuspend) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        event.set(6);
        core_kit::log log;
        rota::running_loop().call_soon([&] { log.push_back("turn"); });
        EXPECT_EQ(co_await rota::adapt(event), 6);
        EXPECT_EQ(log, core_kit::log());
        co_await rota::yield();
    });
}

TEST_F(Adapt, ThrowsItsError) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        rota::running_loop().call_soon([&] { event.set(-1); });
        EXPECT_THROW((void)co_await rota::adapt(event), std::runtime_error);
    });
}

TEST_F(Adapt, TheTaskGoesOnInATurnOfTheLoopNotInsideTheForeignCall) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        foreign_event event;
        auto const wait = [&]() -> coro<> {
            co_await rota::adapt(event);
            log.push_back("task");
        };
        auto const task = rota::create_task(wait());
        co_await rota::yield();
        event.set(1);
        log.push_back("set");
        co_await task;
        EXPECT_EQ(log, (core_kit::log{"set", "task"}));
    });
}

struct answers_bool {
    bool suspends;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) const {
        if (suspends) handle.resume();  // at once, from inside
        return suspends;
    }
    int await_resume() const noexcept { return suspends ? 1 : 2; }
};

TEST_F(Adapt, TakesAwaitablesThatAnswerWhetherTheySuspend) {
    run_simulated([]() -> coro<> {
        EXPECT_EQ(co_await rota::adapt(answers_bool{true}), 1);
        EXPECT_EQ(co_await rota::adapt(answers_bool{false}), 2);
    });
}

struct transfers {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> handle) const noexcept { return handle; }
    void await_resume() const noexcept {}
};

TEST_F(Adapt, TakesAwaitablesThatTransferControl) {
    run_simulated([]() -> coro<> { co_await rota::adapt(transfers()); });
}

struct throws_early {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const { throw std::logic_error("refused"); }
    void await_resume() const noexcept {}
};

TEST_F(Adapt, AnErrorOfTheSuspensionComesOutAndTheTaskGoesOn) {
    run_simulated([]() -> coro<> {
        EXPECT_THROW(co_await rota::adapt(throws_early()), std::logic_error);
        co_await rota::sleep(1s);
    });
}

struct through_operator {
    foreign_event* event;
    foreign_event& operator co_await() const noexcept { return *event; }
};

TEST_F(Adapt, TakesWhatHasAnAwaitOperator) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        rota::running_loop().call_soon([&] { event.set(8); });
        EXPECT_EQ(co_await rota::adapt(through_operator{&event}), 8);
    });
}

TEST_F(Adapt, ACancelWaitsForItAndItsResultIsDelivered) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        int got = 0;
        auto const wait = [&]() -> coro<> {
            got = co_await rota::adapt(event);
            co_await rota::yield();
            got = -1;
        };
        auto const task = rota::create_task(wait());
        co_await rota::yield();
        task.cancel();
        co_await rota::sleep(1s);
        EXPECT_FALSE(task.done());
        event.set(9);
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(got, 9);
    });
}

TEST_F(Adapt, WithARequestPendingItIsNotEvenStarted) {
    run_simulated([]() -> coro<> {
        foreign_event event;
        auto const wait = [&]() -> coro<> {
            rota::current_task().cancel();
            co_await rota::adapt(event);
        };
        auto const task = rota::create_task(wait());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_FALSE(event.waiting);
    });
}

TEST_F(Adapt, ResumedOnAnotherThreadByWayOfCallSoonThreadsafe) {
    blocks_wander();
    rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
        foreign_event event;
        auto& loop = rota::running_loop();
        std::thread other;
        loop.call_soon([&] { other = std::thread([&] { loop.call_soon_threadsafe([&] { event.set(4); }); }); });
        EXPECT_EQ(co_await rota::adapt(event), 4);
        other.join();
    });
}

/// Resumes who awaits it on a thread of its own, perhaps before await_suspend is over.
struct resumes_elsewhere {
    std::unique_ptr<int> value;
    std::jthread* thread;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        *thread = std::jthread([handle] { handle.resume(); });
    }
    std::unique_ptr<int> await_resume() noexcept { return std::move(value); }
};

TEST_F(Adapt, ResumedOnAnotherThreadTheTaskGoesOnOnItsOwn) {
    blocks_wander();
    rota::run(rota::runner_options(rota::engine_kind::epoll), []() -> coro<> {
        auto const here = std::this_thread::get_id();
        for (int i = 0; i < 200; ++i) {
            std::jthread other;
            resumes_elsewhere foreign{std::make_unique<int>(i), &other};
            auto const got = co_await rota::adapt(std::move(foreign));
            EXPECT_EQ(*got, i);
            EXPECT_EQ(std::this_thread::get_id(), here);
        }
    });
}

struct only_once {
    std::unique_ptr<foreign_event> event = std::make_unique<foreign_event>();
    foreign_event& operator co_await() && noexcept { return *event; }
};

TEST_F(Adapt, KeepsATemporaryAndUsesANamedOneWhereItIs) {
    run_simulated([]() -> coro<> {
        auto const give = [](foreign_event* event) { event->set(3); };
        only_once owner;
        rota::running_loop().call_soon(give, owner.event.get());
        EXPECT_EQ(co_await rota::adapt(std::move(owner)), 3);

        foreign_event named;
        auto waiting = rota::adapt(named);
        rota::running_loop().call_soon(give, &named);
        EXPECT_EQ(co_await std::move(waiting), 3);
        EXPECT_EQ(named.value, 3);
    });
}

/// The usual task of other libraries: it owns its frame, and the awaiter it makes does not.
class lends_to_its_awaiter {
public:
    struct awaiter {
        awaiter(std::weak_ptr<int> to) : result(std::move(to)) {}
        awaiter(awaiter const&) = delete;
        awaiter& operator=(awaiter const&) = delete;
        ~awaiter() = default;
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> handle) const noexcept { return handle; }
        int await_resume() const { return result.expired() ? -1 : *result.lock(); }
        std::weak_ptr<int> result;
    };
    explicit lends_to_its_awaiter(int value) : result_(std::make_shared<int>(value)) {}
    awaiter operator co_await() && noexcept { return awaiter(result_); }

private:
    std::shared_ptr<int> result_;
};

TEST_F(Adapt, KeepsATemporaryWhoseAwaiterUsesIt) {
    run_simulated([]() -> coro<> {
        EXPECT_EQ(co_await rota::adapt(lends_to_its_awaiter(42)), 42);
        auto later = rota::adapt(lends_to_its_awaiter(43));
        EXPECT_EQ(co_await std::move(later), 43);
        EXPECT_EQ(co_await rota::create_task(rota::adapt(lends_to_its_awaiter(44))), 44);
    });
}

TEST_F(Adapt, OneThatIsNotResumedIsWaitedForAlsoWhenCancelled) {
    run_simulated([]() -> coro<> {
        foreign_event late;
        auto const wait = [&]() -> coro<> { (void)co_await rota::adapt(late); };
        auto const task = rota::create_task(wait());
        co_await rota::yield();
        task.cancel();
        co_await rota::sleep(1h);
        EXPECT_FALSE(task.done());
        task.cancel();
        co_await rota::sleep(1h);
        EXPECT_FALSE(task.done());
        late.set(1);
        co_await task;
        EXPECT_FALSE(task.cancelled());
    });
}

TEST_F(Adapt, ItsErrorMayBeAskedForAsAResult) {
    run_simulated([]() -> coro<> {
        auto const r = co_await rota::as_result(rota::adapt(throws_early()));
        EXPECT_FALSE(r);
    });
}

}  // namespace
