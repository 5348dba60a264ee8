#include <rota/core/task.hpp>

#include "core/core_kit.hpp"

#include <rota/core/context_var.hpp>
#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Task : public core_kit::test {};

coro<int> later(int value) {
    co_await rota::sleep(1s);
    co_return value;
}
coro<> fail(char const* text) {
    throw std::runtime_error(text);
    co_return;
}
coro<> note(core_kit::log& log, std::string text) {
    log.push_back(std::move(text));
    co_return;
}

TEST_F(Task, StartsInTheNextTurnAndNotAtOnce) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const task = rota::create_task(note(log, "task"));
        log.push_back("maker");
        co_await task;
        EXPECT_EQ(log, (core_kit::log{"maker", "task"}));
    });
}

TEST_F(Task, TasksStartInTheOrderInWhichTheyAreMade) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        for (auto const* const name : {"a", "b", "c"}) rota::create_task(note(log, name));
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"a", "b", "c"}));
    });
}

TEST_F(Task, ADroppedHandleDetachesIt) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        { auto const dropped = rota::create_task(note(log, "runs")); }
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"runs"}));
    });
}

TEST_F(Task, AnyNumberOfTasksMayAwaitIt) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const shared = rota::create_task(later(7));
        auto const await_it = [&](std::string name) -> coro<> {
            int const value = co_await shared;
            log.push_back(name + std::to_string(value));
        };
        std::vector<rota::task<>> waiters;
        for (auto const* const name : {"a", "b", "c"}) waiters.push_back(rota::create_task(await_it(name)));
        for (auto const& waiter : waiters) co_await waiter;
        EXPECT_EQ(log, (core_kit::log{"a7", "b7", "c7"}));
    });
}

TEST_F(Task, AwaitingAHandleGivesTheSameObjectEachTime) {
    run_simulated([]() -> coro<> {
        auto const task = rota::create_task(later(7));
        int const& first = co_await task;
        int const& second = co_await task;
        EXPECT_EQ(&first, &second);
        EXPECT_EQ(&first, &task.result());
    });
}

TEST_F(Task, AwaitingTheOnlyHandleAwayMovesTheResultOut) {
    run_simulated([]() -> coro<> {
        auto const make = []() -> coro<std::unique_ptr<int>> {
            co_await rota::sleep(1ms);
            co_return std::make_unique<int>(3);
        };
        auto task = rota::create_task(make());
        auto const owned = co_await std::move(task);
        EXPECT_EQ(*owned, 3);
        auto const also = co_await rota::create_task(make());
        EXPECT_EQ(*also, 3);
    });
}

TEST_F(Task, AwaitingAHandleAwayCopiesWhileThereAreOthers) {
    run_simulated([]() -> coro<> {
        auto const make = []() -> coro<std::string> { co_return std::string(100, 'x'); };
        auto task = rota::create_task(make());
        auto const other = task;
        auto const copy = co_await std::move(task);
        EXPECT_EQ(copy, other.result());
    });
}

TEST_F(Task, MovingOutAResultThatOthersHoldAndNobodyCanCopyIsAnInvalidState) {
    run_simulated([]() -> coro<> {
        auto const make = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
        auto task = rota::create_task(make());
        auto const other = task;
        EXPECT_THROW((void)co_await std::move(task), rota::invalid_state_error);
        EXPECT_EQ(*other.result(), 3);
    });
}

TEST_F(Task, GivesReferencesAsThemselves) {
    int variable = 0;
    auto const refer = [&]() -> coro<int&> { co_return variable; };
    run_simulated([&]() -> coro<> {
        auto task = rota::create_task(refer());
        int& first = co_await task;
        int& second = co_await std::move(task);
        EXPECT_EQ(&first, &variable);
        EXPECT_EQ(&second, &variable);
    });
}

TEST_F(Task, ThrowsItsErrorToEachWhoAwaitsIt) {
    run_simulated([]() -> coro<> {
        auto const task = rota::create_task(fail("it"));
        EXPECT_THROW(co_await task, std::runtime_error);
        EXPECT_THROW(co_await task, std::runtime_error);
        EXPECT_THROW(task.result(), std::runtime_error);
        EXPECT_NE(task.exception(), nullptr);
    });
}

TEST_F(Task, AnErrorOfItsResultsMoveIsItsError) {
    struct fragile {
        fragile() = default;
        fragile(fragile&& other) : moves(other.moves + 1) {
            if (moves > 1) throw std::length_error("move");
        }
        int moves = 0;
    };
    auto const make = []() -> coro<fragile> { co_return fragile(); };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(make());
        EXPECT_THROW((void)co_await task, std::length_error);
    });
}

TEST_F(Task, ItsParametersDieWhenItEndsNotWithTheHandle) {
    auto const held = std::make_shared<int>(1);
    auto const keep = [](std::shared_ptr<int>) -> coro<> { co_await rota::sleep(1s); };
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(keep(held));
        co_await rota::yield();
        EXPECT_EQ(held.use_count(), 2);
        co_await task;
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_F(Task, OfAFunctionKeepsCopiesOfItAndOfItsArguments) {
    run_simulated([]() -> coro<> {
        auto const length = [](std::string const& text, int times) -> coro<std::size_t> {
            co_await rota::sleep(1s);
            co_return text.size() * static_cast<std::size_t>(times);
        };
        rota::task<std::size_t> task;
        {
            std::string const text(50, 'x');
            task = rota::create_task(length, text, 2);
        }
        auto const from_literal = rota::create_task(length, "four", 3);
        EXPECT_EQ(co_await task, 100U);
        EXPECT_EQ(co_await from_literal, 12U);
    });
}

TEST_F(Task, OfAMemberFunctionTakesItsObjectByCopyPointerOrRef) {
    struct greeter {
        std::string greeting;
        coro<std::string> greet(std::string const& name) {
            co_await rota::sleep(1s);
            greeting += name;
            co_return greeting;
        }
    };
    run_simulated([]() -> coro<> {
        greeter here{"hello "};
        EXPECT_EQ(co_await rota::create_task(&greeter::greet, here, "copy"), "hello copy");
        EXPECT_EQ(here.greeting, "hello ");
        EXPECT_EQ(co_await rota::create_task(&greeter::greet, &here, "pointer "), "hello pointer ");
        EXPECT_EQ(co_await rota::create_task(&greeter::greet, std::ref(here), "ref"), "hello pointer ref");
    });
}

TEST_F(Task, OfAFunctionTakesReferencesThroughRef) {
    run_simulated([]() -> coro<> {
        int counter = 0;
        auto const increment = [](int& what) -> coro<> {
            ++what;
            co_return;
        };
        co_await rota::create_task(increment, std::ref(counter));
        EXPECT_EQ(counter, 1);
    });
}

coro<> shares(int& what, std::string const&) {
    ++what;
    co_return;
}
template <class... Args>
concept makes_a_task = requires(Args&&... args) { rota::create_task(std::forward<Args>(args)...); };
static_assert(makes_a_task<decltype(&shares), std::reference_wrapper<int>, char const*>);
static_assert(!makes_a_task<decltype(&shares), int&, char const*>);
static_assert(rota::detail::wants_references<decltype(&shares), int&, char const*>);
static_assert(!rota::detail::wants_references<decltype(&shares), std::string&, char const*>);

TEST_F(Task, OfAFunctionThatSharesAndCopiesTakesBoth) {
    run_simulated([]() -> coro<> {
        int counter = 0;
        co_await rota::create_task(&shares, std::ref(counter), "text");
        EXPECT_EQ(counter, 1);
    });
}

TEST_F(Task, MayBeMadeOfAnythingThatCanBeAwaited) {
    run_simulated([]() -> coro<> {
        auto const before = rota::clock::now();
        auto const sleeping = rota::create_task(rota::sleep(1s));
        auto const number = rota::create_task(rota::create_task(later(4)));
        co_await sleeping;
        EXPECT_EQ(co_await number, 4);
        EXPECT_EQ(rota::clock::now() - before, 1s);
    });
}

TEST_F(Task, AwaitingItselfIsAUsageError) {
    run_simulated([]() -> coro<> {
        rota::task<> self;
        std::string text;
        auto const body = [&]() -> coro<> {
            try {
                co_await self;
            } catch (rota::usage_error const& error) {
                text = error.what();
            }
        };
        self = rota::create_task(body());
        co_await self;
        EXPECT_NE(text.find("awaits itself"), std::string::npos);
    });
}

TEST_F(Task, AwaitingOneOfAnotherLoopIsAUsageError) {
    rota::runner first{rota::runner_options(rota::engine_kind::simulated)};
    rota::task<int> foreign;
    first.run([&]() -> coro<> {
        foreign = rota::create_task(later(1));
        co_return;
    });
    run_simulated([&]() -> coro<> {
        std::string text;
        try {
            (void)co_await foreign;
        } catch (rota::usage_error const& error) {
            text = error.what();
        }
        EXPECT_NE(text.find("another loop"), std::string::npos);
    });
    first.run([&]() -> coro<> { EXPECT_EQ(co_await foreign, 1); });
}

TEST_F(Task, OfAnotherLoopMayBeAwaitedOnceItIsDone) {
    rota::task<int> task;
    run_simulated([&]() -> coro<> {
        task = rota::create_task(later(8));
        co_await task;
    });
    run_simulated([&]() -> coro<> { EXPECT_EQ(co_await task, 8); });
}

TEST_F(Task, OutsideALoopNoneCanBeMadeAndItsCoroutineIsLetGo) {
    EXPECT_THROW((void)rota::create_task(later(1)), rota::usage_error);
    EXPECT_THROW((void)rota::all_tasks(), rota::usage_error);
    EXPECT_FALSE(rota::current_task());
}

TEST_F(Task, OfACoroutineThatWasMovedFromIsAUsageError) {
    run_simulated([]() -> coro<> {
        auto c = later(1);
        co_await rota::create_task(std::move(c));
        EXPECT_THROW((void)rota::create_task(std::move(c)), rota::usage_error);
    });
}

TEST_F(Task, AnEmptyHandleRefusesEverything) {
    rota::task<int> const empty;
    EXPECT_FALSE(empty);
    EXPECT_EQ(core_kit::what_of<rota::usage_error>([&] { (void)empty.done(); }),
              "this task handle is empty, or was moved from; create_task gives full ones");
    EXPECT_THROW((void)empty.cancel(), rota::usage_error);
    EXPECT_THROW((void)empty.result(), rota::usage_error);
    EXPECT_THROW((void)empty.name(), rota::usage_error);
    EXPECT_EQ(empty, rota::task<int>());
    run_simulated([&]() -> coro<> { EXPECT_THROW((void)co_await empty, rota::usage_error); });
}

TEST_F(Task, HandlesAreEqualWhereTheyNameTheSameTask) {
    run_simulated([]() -> coro<> {
        auto const a = rota::create_task(later(1));
        auto const b = rota::create_task(later(1));
        rota::any_task const same = a;
        EXPECT_EQ(a, same);
        EXPECT_NE(rota::any_task(a), rota::any_task(b));
        co_await same;
        co_await b;
    });
}

TEST_F(Task, HasANumberForANameUntilItIsGivenOne) {
    run_simulated([]() -> coro<> {
        auto const a = rota::create_task(later(1));
        auto const b = rota::create_task(rota::named("reader"), later(2));
        auto const c = rota::create_task(rota::named("function"), later, 3);
        EXPECT_EQ(a.name().substr(0, 5), "Task-");
        EXPECT_EQ(b.name(), "reader");
        EXPECT_EQ(c.name(), "function");
        a.set_name("first");
        a.set_name("renamed");
        EXPECT_EQ(a.name(), "renamed");
        a.set_name("");
        EXPECT_EQ(a.name(), "");
        co_await a;
        co_await b;
        EXPECT_EQ(co_await c, 3);
    });
}

TEST_F(Task, CurrentTaskIsWhoseTurnItIs) {
    run_simulated([]() -> coro<> {
        auto const main = rota::current_task();
        rota::any_task seen, from_callback = main;
        auto const look = [&]() -> coro<> {
            co_await rota::yield();
            seen = rota::current_task();
        };
        auto const task = rota::create_task(look());
        rota::running_loop().call_soon([&] { from_callback = rota::current_task(); });
        co_await task;
        EXPECT_EQ(seen, task);
        EXPECT_EQ(rota::current_task(), main);
        EXPECT_FALSE(from_callback);
    });
}

TEST_F(Task, AllTasksAreThoseNotDoneInTheOrderOfTheirMaking) {
    run_simulated([]() -> coro<> {
        std::vector<rota::task<int>> made;
        for (int i = 0; i < 5; ++i) made.push_back(rota::create_task(later(i)));
        auto const quick = []() -> coro<> { co_return; };
        auto const done = rota::create_task(quick());
        co_await done;
        std::vector<rota::any_task> expected{rota::current_task()};
        expected.insert(expected.end(), made.begin(), made.end());
        EXPECT_EQ(rota::all_tasks(), expected);
        for (auto const& task : made) co_await task;
    });
}

TEST_F(Task, ADoneCallbackComesByTheLoopInOrderAlsoWhenItIsLate) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        auto const task = rota::create_task(later(6));
        task.add_done_callback(
            [&](rota::any_task const& done) { log.push_back("first " + std::to_string(done == task)); });
        task.add_done_callback([&](rota::any_task const&) { log.push_back("second"); });
        co_await task;
        log.push_back("waiter");
        co_await rota::yield();
        task.add_done_callback([&](rota::any_task const&) { log.push_back("late"); });
        log.push_back("not at once");
        co_await rota::yield();
        EXPECT_EQ(log, (core_kit::log{"first 1", "second", "waiter", "not at once", "late"}));
    });
}

TEST_F(Task, WithoutMemoryForItsBlockNothingIsMade) {
    run_simulated([]() -> coro<> {
        core_kit::log log;
        rota::detail::slab_store::fail_allocation(1);
        EXPECT_THROW((void)rota::create_task(note(log, "never")), std::bad_alloc);
        rota::detail::slab_store::fail_allocation(0);
        co_await rota::yield();
        EXPECT_EQ(log, core_kit::log());
    });
}

TEST_F(Task, EachAllocationOfItsMakingMayFail) {
    auto const echo = [](std::string text) -> coro<std::string> {
        co_await rota::yield();
        co_return text;
    };
    for (std::uint64_t n = 1;; ++n) {
        bool failed = false;
        run_simulated([&]() -> coro<> {
            rota::detail::frame_pool::fail_allocation(n);
            rota::task<std::string> task;
            try {
                task = rota::create_task(echo, std::string(100, 'e'));
            } catch (std::bad_alloc const&) {
                failed = true;
            }
            if (task) {
                auto const ended = co_await rota::as_result(task);
                failed = failed || !ended;
            }
            rota::detail::frame_pool::fail_allocation(0);
        });
        if (!failed) {
            EXPECT_GE(n, 3U);
            break;
        }
    }
}

TEST_F(Task, TellsItsContextUntilItIsDone) {
    run_simulated([]() -> coro<> {
        rota::context_var<int> number(0);
        number.set(1);
        auto const body = [&]() -> coro<> {
            number.set(number.get() + 1);
            co_await rota::sleep(1s);
        };
        auto const task = rota::create_task(body());
        auto const value = [&] { return number.get(); };
        EXPECT_EQ(task.get_context().run(value), 1);
        co_await rota::yield();
        EXPECT_EQ(task.get_context().run(value), 2);
        co_await task;
        EXPECT_EQ(task.get_context().run(value), 0);
    });
}

TEST_F(Task, TellsItsLoopUntilThatIsGone) {
    rota::task<> left;
    run_simulated([&]() -> coro<> {
        EXPECT_EQ(&rota::current_task().get_loop(), &rota::running_loop());
        left = rota::create_task(note(*std::make_unique<core_kit::log>(), "never"));
        left.cancel();
        co_return;
    });
    EXPECT_THROW((void)left.get_loop(), rota::usage_error);
    EXPECT_THROW(left.add_done_callback([](auto const&) {}), rota::usage_error);
}

}  // namespace
