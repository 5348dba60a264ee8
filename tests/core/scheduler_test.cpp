#include <rota/detail/scheduler.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/detail/leaf.hpp>
#include <rota/detail/running_here.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <coroutine>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::clock;
using rota::coro;
using namespace std::chrono_literals;

class Scheduler : public core_kit::test {};

// An engine without any world, whose time is what the test says: each turn may cost some.
class hand_wound final : public rota::engine {
public:
    rota::engine_kind kind() const noexcept override { return rota::engine_kind::simulated; }
    clock::time_point now() noexcept override { return time; }
    bool submit(rota::operation&) noexcept override { std::abort(); }
    void cancel(rota::operation&) noexcept override {}
    rota::wait_outcome wait(clock::time_point deadline) override {
        if (woken_.exchange(false)) return rota::wait_outcome::events;
        if (deadline == clock::never()) return rota::wait_outcome::stuck;
        if (deadline > time) time = deadline;
        return rota::wait_outcome::deadline;
    }
    void wake() noexcept override { woken_ = true; }
    std::uint64_t random() noexcept override { return 4; }
    std::int32_t open_socket(rota::address_family, rota::io_handle&, rota::socket_kind) noexcept override {
        return -ENOSYS;
    }
    std::int32_t find_socket_file(rota::socket_address const&, std::uint64_t&) noexcept override { return -ENOSYS; }
    std::int32_t remove_socket_file(rota::socket_address const&) noexcept override { return -ENOSYS; }
    std::int32_t set_option(rota::io_handle, rota::socket_option, int) noexcept override { return -ENOSYS; }
    std::int32_t bind(rota::io_handle, rota::socket_address const&) noexcept override { return -ENOSYS; }
    std::int32_t listen(rota::io_handle, int) noexcept override { return -ENOSYS; }
    std::int32_t local_address(rota::io_handle, rota::socket_address&) noexcept override { return -ENOSYS; }
    std::int32_t peer_address(rota::io_handle, rota::socket_address&) noexcept override { return -ENOSYS; }
    void close(rota::io_handle) noexcept override {}

    clock::time_point time{};
};

// Runs `main(engine)` on a loop with a hand-wound engine.
template <class F>
void run_hand_wound(F main) {
    auto made = std::make_unique<hand_wound>();
    hand_wound& engine = *made;
    rota::loop loop(std::move(made));
    rota::detail::running_here const here(loop);
    auto const task = rota::create_task(main(engine));
    loop.run_until_done(task.state());
    loop.cancel_all_and_drain();
    task.result();
}

TEST_F(Scheduler, WhatBecomesReadyInATurnRunsInTheNext) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const future = rota::create_future<>();
        auto const waits = [&]() -> coro<> {
            co_await future;
            log.push_back("woken");
        };
        auto const waker = rota::create_task(waits());
        co_await rota::yield();
        auto& loop = rota::running_loop();
        loop.call_soon([&] {
            future.set_result();
            log.push_back("wakes");
        });
        loop.call_soon([&] { log.push_back("same turn"); });
        co_await rota::yield();
        log.push_back("main");
        co_await waker;
        EXPECT_EQ(log, (core_kit::log{"wakes", "same turn", "main", "woken"}));
    });
}

// A lock, queue or socket that always has what is wanted.
struct always_ready : rota::detail::leaf {
    bool await_ready() noexcept { return rota::detail::may_finish_at_once(); }
    template <rota::detail::chain_promise P>
    bool await_suspend(std::coroutine_handle<P> awaiting, std::source_location line = std::source_location::current()) {
        auto& task = rota::detail::suspend_here(awaiting.promise(), line);
        if (task.visible != 0) return task.raise_at_entry();
        if (rota::detail::hot.budget > 0) return false;
        task.home->make_ready(task);
        return true;
    }
    void await_resume() const { rota::detail::check_raise(); }
    bool cancel(rota::detail::task_state&) noexcept override { return true; }
    char const* waits_for() const noexcept override { return "nothing"; }
};

TEST_F(Scheduler, LeavesThatFinishAtOnceDoNotStarveTheOthers) {
    run_simulated([]() -> coro<> {
        int turns_of_others = 0;
        bool stop = false;
        auto const other = [&]() -> coro<> {
            while (!stop) {
                ++turns_of_others;
                co_await rota::yield();
            }
        };
        auto const task = rota::create_task(other());
        for (int i = 0; i < 1000; ++i) co_await always_ready();
        EXPECT_GE(turns_of_others, 1000 / 64);
        EXPECT_LE(turns_of_others, 1000 / 16);  // a budget, not a switch each time
        stop = true;
        co_await task;
    });
}

TEST_F(Scheduler, AwaitsOfWhatIsDoneDoNotStarveTheOthers) {
    run_simulated([]() -> coro<> {
        auto const seven = []() -> coro<int> { co_return 7; };
        auto const task = rota::create_task(seven());
        rota::any_task const any = task;
        auto const future = rota::create_future<int>();
        future.set_result(7);
        co_await task;
        auto const turns_of_others_during = [](auto const& done) -> coro<int> {
            int turns = 0;
            auto const other = [&]() -> coro<> {
                for (;; ++turns) co_await rota::yield();
            };
            auto const others = rota::create_task(other());
            for (int i = 0; i < 1000; ++i) co_await done;
            int const had = turns;
            others.cancel();
            co_return had;
        };
        EXPECT_GE(co_await turns_of_others_during(task), 1000 / 100);
        EXPECT_GE(co_await turns_of_others_during(any), 1000 / 100);
        EXPECT_GE(co_await turns_of_others_during(future), 1000 / 100);
        EXPECT_LE(co_await turns_of_others_during(task), 1000 / 16);  // a budget, not a switch each time
    });
}

TEST_F(Scheduler, ACancelBetweenAwaitsOfWhatIsDoneLeavesTheResult) {
    run_simulated([]() -> coro<> {
        int got = 0;
        bool raised = false;
        auto const seven = []() -> coro<int> { co_return 7; };
        auto const done = rota::create_task(seven());
        co_await done;
        auto const body = [&]() -> coro<> {
            auto const self = rota::current_task();
            // Its turn comes when the budget is used up, while the await waits for its own.
            rota::running_loop().call_soon([self] { self.cancel(); });
            for (int i = 0; i < 1000 && self.cancelling() == 0; ++i) got = co_await done;
            try {
                co_await rota::sleep(1ms);
            } catch (rota::cancelled_error const&) {
                raised = true;
                throw;
            }
        };
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(got, 7);
        EXPECT_TRUE(raised);
    });
}

TEST_F(Scheduler, ACancelComesOutOfALeafThatWouldFinishAtOnce) {
    run_simulated([]() -> coro<> {
        int passed = 0;
        auto const body = [&]() -> coro<> {
            for (;;) {
                co_await always_ready();
                if (++passed == 10) rota::current_task().cancel();
            }
        };
        auto const task = rota::create_task(body());
        EXPECT_THROW(co_await task, rota::cancelled_error);
        EXPECT_EQ(passed, 10);
    });
}

TEST_F(Scheduler, LooksAtTheWorldInTheMiddleOfALongTurn) {
    run_simulated([]() -> coro<> {
        auto& loop = rota::running_loop();
        std::uint64_t at_first = 0, at_last = 0;
        loop.call_soon([&] { at_first = loop.polls(); });
        for (int i = 0; i < 5000; ++i) loop.call_soon([] {});
        loop.call_soon([&] { at_last = loop.polls(); });
        co_await rota::yield();
        EXPECT_GE(at_last - at_first, 4U);
        EXPECT_LE(at_last - at_first, 6U);
    });
}

TEST_F(Scheduler, WhatALookInTheMiddleFindsComesBehindWhatIsReady) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto& loop = rota::running_loop();
        loop.call_soon([&] { loop.call_soon_threadsafe([&] { log.push_back("from outside"); }); });
        for (int i = 0; i < 5000; ++i) loop.call_soon([] {});
        loop.call_soon([&] { log.push_back("last of the turn"); });
        co_await rota::yield();
        log.push_back("main");
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"last of the turn", "main", "from outside"}));
    });
}

TEST_F(Scheduler, ShortTurnsLookAtTheClockOnceIn64) {
    run_hand_wound([](hand_wound&) -> coro<> {
        auto& loop = rota::running_loop();
        for (int i = 0; i < 200; ++i) co_await rota::yield();
        auto const before = loop.polls();
        for (int i = 0; i < 6400; ++i) co_await rota::yield();
        EXPECT_EQ(loop.polls() - before, 100U);
    });
}

TEST_F(Scheduler, TurnsOfAFewNanosecondsLookAtTheClockOnceIn256AndLongerOnesOnceIn64Again) {
    run_hand_wound([](hand_wound& engine) -> coro<> {
        auto& loop = rota::running_loop();
        auto const polls_of = [&](int turns, std::chrono::nanoseconds each) -> coro<std::uint64_t> {
            auto const before = loop.polls();
            for (int i = 0; i < turns; ++i) {
                engine.time += each;
                co_await rota::yield();
            }
            co_return loop.polls() - before;
        };
        co_await polls_of(1000, 10ns);
        EXPECT_EQ(co_await polls_of(2560, 10ns), 10U);
        co_await polls_of(1000, 100ns);
        EXPECT_EQ(co_await polls_of(640, 100ns), 10U);
    });
}

TEST_F(Scheduler, ManyTasksDelayATimerByAboutAThousandResumesHoweverRarelyTheClockWasLookedAt) {
    run_hand_wound([](hand_wound& engine) -> coro<> {
        // It learns that turns are tiny ...
        for (int i = 0; i < 1000; ++i) {
            engine.time += 10ns;
            co_await rota::yield();
        }
        bool fired = false;
        clock::duration late{};
        auto const deadline = engine.time + 100us;
        rota::running_loop().call_at(deadline, [&] {
            fired = true;
            late = engine.time - deadline;
        });
        // ... and then they are of a hundred resumes each, which take long.
        auto const busy = [&]() -> coro<> {
            while (!fired) {
                engine.time += 10us;
                co_await rota::yield();
            }
        };
        std::vector<rota::task<>> tasks;
        for (int i = 0; i < 100; ++i) tasks.push_back(rota::create_task(busy));
        for (auto& each : tasks) co_await each;
        EXPECT_LE(late, (1024 + 2 * 100) * 10us);
    });
}

TEST_F(Scheduler, ABusyTaskDelaysATimerByAtMost64ShortTurns) {
    run_hand_wound([](hand_wound& engine) -> coro<> {
        bool fired = false;
        clock::duration late{};
        auto const deadline = engine.time + 10ms;
        rota::running_loop().call_at(deadline, [&] {
            fired = true;
            late = engine.time - deadline;
        });
        while (!fired) {
            engine.time += 10us;
            co_await rota::yield();
        }
        EXPECT_GE(late, 0us);
        EXPECT_LE(late, 66 * 10us);
    });
}

TEST_F(Scheduler, TurnsThatTakeLongAreFollowedByALookEach) {
    run_hand_wound([](hand_wound& engine) -> coro<> {
        auto& loop = rota::running_loop();
        // It learns that turns are long ...
        for (int i = 0; i < 200; ++i) {
            engine.time += 5ms;
            co_await rota::yield();
        }
        auto const before = loop.polls();
        clock::duration late{};
        bool fired = false;
        auto const deadline = engine.time + 12ms;
        loop.call_at(deadline, [&] {
            fired = true;
            late = engine.time - deadline;
        });
        for (int i = 0; i < 10; ++i) {
            engine.time += 5ms;
            co_await rota::yield();
        }
        EXPECT_TRUE(fired);
        EXPECT_LE(late, 10ms);
        EXPECT_GE(loop.polls() - before, 10U);
        // ... and that they are short again.
        for (int i = 0; i < 200; ++i) co_await rota::yield();
        auto const later = loop.polls();
        for (int i = 0; i < 640; ++i) co_await rota::yield();
        EXPECT_EQ(loop.polls() - later, 10U);
    });
}

TEST_F(Scheduler, ATimerThatIsDueAlreadyIsSeenAfterThisTurn) {
    run_hand_wound([](hand_wound& engine) -> coro<> {
        for (int i = 0; i < 100; ++i) co_await rota::yield();
        int turns = 0;
        bool fired = false;
        rota::running_loop().call_at(engine.time - 1ns, [&] { fired = true; });
        while (!fired && turns < 100) {
            ++turns;
            co_await rota::yield();
        }
        EXPECT_LE(turns, 3);
    });
}

TEST_F(Scheduler, WhatOtherThreadsPostIsSeenWithinAFewTurnsOfABusyTask) {
    run_hand_wound([](hand_wound&) -> coro<> {
        for (int i = 0; i < 100; ++i) co_await rota::yield();
        int turns = 0;
        bool called = false;
        rota::running_loop().call_soon_threadsafe([&] { called = true; });
        while (!called && turns < 1000) {
            ++turns;
            co_await rota::yield();
        }
        EXPECT_LE(turns, 20);
    });
}

TEST_F(Scheduler, PostsFromOutsideKeepTheirOrder) {
    run_simulated([]() -> coro<> {
        std::vector<int> order;
        auto& loop = rota::running_loop();
        for (int i = 0; i < 10; ++i) loop.call_soon_threadsafe([&order, i] { order.push_back(i); });
        co_await rota::sleep(1ms);
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    });
}

TEST_F(Scheduler, ABusyTaskLeftFromOneRunDoesNotStarveTheTimersOfTheNext) {
    auto made = std::make_unique<hand_wound>();
    hand_wound& engine = *made;
    rota::loop loop(std::move(made));
    rota::detail::running_here const here(loop);
    bool stop = false;
    auto const busy = [&]() -> coro<> {
        while (!stop) {
            engine.time += 10us;
            co_await rota::yield();
        }
    };
    auto const left = rota::create_task(busy());
    auto const first = rota::create_task(rota::yield());
    loop.run_until_done(first.state());
    auto const naps = [&]() -> coro<> {
        co_await rota::sleep(5ms);
        stop = true;
    };
    auto const start = engine.time;
    auto const second = rota::create_task(naps());
    loop.run_until_done(second.state());
    EXPECT_LE(engine.time - start, 6ms);
    loop.cancel_all_and_drain();
    EXPECT_TRUE(left.done());
}

}  // namespace
