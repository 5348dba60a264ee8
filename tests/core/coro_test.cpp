#include <rota/core/coro.hpp>

#include "core/core_kit.hpp"

#include <rota/base/error.hpp>
#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class Coro : public core_kit::test {};

struct death_note {
    int* deaths;
    explicit death_note(int& count) : deaths(&count) {}
    death_note(death_note&& other) noexcept : deaths(std::exchange(other.deaths, nullptr)) {}
    death_note& operator=(death_note&&) = delete;
    ~death_note() {
        if (deaths) ++*deaths;
    }
};

coro<int> answer() { co_return 42; }
coro<> fail(char const* text) {
    throw std::runtime_error(text);
    co_return;
}

TEST_F(Coro, RunsNothingBeforeItIsAwaited) {
    bool ran = false;
    auto const body = [&]() -> coro<> {
        ran = true;
        co_return;
    };
    run_simulated([&]() -> coro<> {
        auto c = body();
        EXPECT_FALSE(ran);
        co_await rota::yield();
        EXPECT_FALSE(ran);
        co_await std::move(c);
        EXPECT_TRUE(ran);
    });
}

TEST_F(Coro, AwaitingRunsItAtOnceAndGivesItsValue) {
    run_simulated([]() -> coro<> { EXPECT_EQ(co_await answer(), 42); });
}

TEST_F(Coro, GivesReferencesAsThemselves) {
    int variable = 1;
    auto const refer = [&]() -> coro<int&> { co_return variable; };
    run_simulated([&]() -> coro<> {
        int& same = co_await refer();
        EXPECT_EQ(&same, &variable);
    });
}

TEST_F(Coro, GivesWhatCanOnlyBeMoved) {
    auto const make = []() -> coro<std::unique_ptr<int>> {
        co_await rota::sleep(1ms);
        co_return std::make_unique<int>(7);
    };
    run_simulated([&]() -> coro<> {
        auto const owned = co_await make();
        EXPECT_EQ(*owned, 7);
    });
}

TEST_F(Coro, ResultsNeedNoDefaultConstructor) {
    struct plain {
        explicit plain(int n) : number(n) {}
        int number;
    };
    auto const make = []() -> coro<plain> { co_return plain(3); };
    run_simulated([&]() -> coro<> {
        auto const made = co_await make();
        EXPECT_EQ(made.number, 3);
    });
}

TEST_F(Coro, ThrowsToWhoAwaitsIt) {
    run_simulated([]() -> coro<> {
        std::string caught;
        try {
            co_await fail("inside");
        } catch (std::runtime_error const& error) {
            caught = error.what();
        }
        EXPECT_EQ(caught, "inside");
    });
}

TEST_F(Coro, ThrowsAlsoAfterItHasSuspended) {
    auto const late = []() -> coro<> {
        co_await rota::sleep(1s);
        co_await fail("late");
    };
    run_simulated([&]() -> coro<> { EXPECT_THROW(co_await late(), std::runtime_error); });
}

TEST_F(Coro, AResultWhoseCopyThrowsThrowsToWhoAwaitsIt) {
    struct fragile {
        fragile() = default;
        fragile(fragile const&) { throw std::length_error("copy"); }
    };
    static fragile const original;
    auto const make = []() -> coro<fragile> { co_return original; };
    run_simulated([&]() -> coro<> { EXPECT_THROW((void)co_await make(), std::length_error); });
}

TEST_F(Coro, AwaitingTwiceIsAUsageError) {
    run_simulated([]() -> coro<> {
        auto c = answer();
        EXPECT_EQ(co_await std::move(c), 42);
        EXPECT_FALSE(c);
        EXPECT_THROW((void)co_await std::move(c), rota::usage_error);
    });
}

TEST_F(Coro, AwaitingOneThatWasMovedFromIsAUsageError) {
    run_simulated([]() -> coro<> {
        auto c = answer();
        auto const other = std::move(c);
        std::string text;
        try {
            (void)co_await std::move(c);
        } catch (rota::usage_error const& error) {
            text = error.what();
        }
        EXPECT_NE(text.find("co_await"), std::string::npos);
    });
}

TEST_F(Coro, ANamedOneMustBeMovedToBeAwaited) {
    EXPECT_FALSE(rota::detail::awaitable<coro<>&>);
    EXPECT_TRUE(rota::detail::awaitable<coro<>>);
    EXPECT_FALSE(std::is_copy_constructible_v<coro<>>);
}

TEST_F(Coro, NeverAwaitedItLetsItsParametersGo) {
    int deaths = 0;
    auto const take = [](death_note) -> coro<> { co_return; };
    {
        auto const never = take(death_note(deaths));
        EXPECT_EQ(deaths, 0);
    }
    EXPECT_EQ(deaths, 1);
}

TEST_F(Coro, AssigningAnotherLetsTheFirstGo) {
    int deaths = 0;
    auto const take = [](death_note) -> coro<> { co_return; };
    auto first = take(death_note(deaths));
    auto second = take(death_note(deaths));
    first = std::move(second);
    EXPECT_EQ(deaths, 1);
    auto& self = first;
    first = std::move(self);
    EXPECT_EQ(deaths, 1);
    EXPECT_TRUE(first);
}

TEST_F(Coro, FramesDieInnermostFirstWhenTheAwaitEnds) {
    core_kit::log log;
    struct logged {
        core_kit::log& to;
        char const* name;
        ~logged() { to.push_back(name); }
    };
    auto const inner = [&]() -> coro<> {
        logged const here{log, "inner"};
        co_await rota::sleep(1ms);
    };
    auto const outer = [&]() -> coro<> {
        logged const here{log, "outer"};
        co_await inner();
        log.push_back("between");
    };
    run_simulated([&]() -> coro<> {
        co_await outer();
        log.push_back("after");
    });
    EXPECT_EQ(log, (core_kit::log{"inner", "between", "outer", "after"}));
}

TEST_F(Coro, TheVariableItIsInMayBeAssignedWhileItRuns) {
    run_simulated([]() -> coro<> {
        coro<> c = fail("never runs");
        auto const replace = [&]() -> coro<> {
            co_await rota::sleep(1ms);
            c = fail("never runs either");
            co_await rota::sleep(1ms);
        };
        c = replace();
        co_await std::move(c);
        EXPECT_TRUE(c);
    });
}

TEST_F(Coro, ManyMayBeAwaitedInOneExpression) {
    auto const after = [](std::chrono::milliseconds delay, int value) -> coro<int> {
        co_await rota::sleep(delay);
        co_return value;
    };
    run_simulated([&]() -> coro<> { EXPECT_EQ(co_await after(1ms, 1) + co_await after(2ms, 10), 11); });
}

TEST_F(Coro, TemporariesOfTheAwaitsExpressionLiveUntilItEnds) {
    auto const length = [](std::string const& text) -> coro<std::size_t> {
        co_await rota::sleep(1ms);
        co_return text.size();
    };
    run_simulated([&]() -> coro<> { EXPECT_EQ(co_await length(std::string(100, 'x')), 100U); });
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
constexpr int falls_off = __LINE__ + 3;
int const of_nobody = 0;
coro<int> answers_perhaps(bool answer) {
    co_await rota::yield();
    if (answer) co_return 42;
}
coro<int const&> refers_perhaps(bool answer) {
    if (answer) co_return of_nobody;
}
coro<std::string> text_perhaps(bool answer) {
    if (answer) co_return "yes";
}
#pragma GCC diagnostic pop

TEST_F(Coro, ThatFallsOffItsEndWithoutItsValueIsAUsageErrorThatNamesIt) {
    run_simulated([]() -> coro<> {
        EXPECT_EQ(co_await answers_perhaps(true), 42);
        std::string told;
        try {
            co_await answers_perhaps(false);
        } catch (rota::usage_error const& error) {
            told = error.what();
        }
        EXPECT_EQ(told.find("a coroutine ended without a co_return of its value: "), 0U) << told;
        EXPECT_NE(told.find("answers_perhaps(bool)"), std::string::npos) << told;
        EXPECT_NE(told.find("coro_test.cpp:" + std::to_string(falls_off)), std::string::npos) << told;
        EXPECT_EQ(&co_await refers_perhaps(true), &of_nobody);
        EXPECT_THROW(co_await refers_perhaps(false), rota::usage_error);
        EXPECT_THROW(co_await text_perhaps(false), rota::usage_error);
        auto const task = rota::create_task(rota::named("teller"), text_perhaps(false));
        auto const error = co_await rota::as_result(rota::task<std::string>(task));
        EXPECT_FALSE(error.has_value());
        try {
            task.result();
        } catch (rota::usage_error const& lost) {
            told = lost.what();
        }
        EXPECT_EQ(told, "a coroutine ended without a co_return of its value: that of teller");
    });
    EXPECT_THROW(rota::run(text_perhaps(false)), rota::usage_error);
}

TEST_F(Coro, AFrameThatFindsNoMemoryThrowsWhereItIsCalled) {
    run_simulated([]() -> coro<> {
        coro<int> (*volatile make)() = &answer;  // unknown to Clang, which may put the frame into the caller's
        rota::detail::frame_pool::fail_allocation(1);
        bool refused = false;
        try {
            auto const c = make();
        } catch (std::bad_alloc const&) {
            refused = true;
        }
        rota::detail::frame_pool::fail_allocation(0);
        EXPECT_TRUE(refused);
        co_return;
    });
}

}  // namespace
