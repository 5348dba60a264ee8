// Whoever leaves a generator, and wherever: its clean-up runs to its end, once.
#include "core/core_kit.hpp"

#include <rota/core/async_generator.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>
#include <rota/core/with_shield.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using core_kit::run_simulated;
using core_kit::strings;
using rota::async_generator;
using rota::coro;
using namespace std::chrono_literals;

class AsyncGeneratorClosing : public core_kit::test {};

/// Tells what its body lives to see; its clean-up takes a second.
async_generator<int> counting(strings& told, int n = 10) {
    std::exception_ptr error;
    try {
        for (int i = 0; i < n; ++i) {
            co_await rota::sleep(1ms);
            co_yield i;
        }
    } catch (rota::generator_exit const&) {
        told.emplace_back("closed");
        error = std::current_exception();
    } catch (rota::cancelled_error const&) {
        told.emplace_back("cancelled");
        error = std::current_exception();
    }
    co_await rota::with_shield(rota::sleep(1s));
    told.emplace_back("cleaned up");
    if (error) std::rethrow_exception(error);
}
strings const closed{"closed", "cleaned up"};

coro<> take(async_generator<int>& from, int n) {
    for (int i = 0; i < n; ++i) {
        auto const item = co_await from.next();
        EXPECT_EQ(*item, i);
    }
}

TEST_F(AsyncGeneratorClosing, AcloseRunsTheCleanUpToItsEnd) {
    run_simulated([]() -> coro<> {
        strings told;
        auto gen = counting(told);
        co_await take(gen, 2);
        auto const before = rota::running_loop().time();
        co_await gen.aclose();
        EXPECT_EQ(told, closed);
        EXPECT_EQ(rota::running_loop().time() - before, 1s);
        co_await gen.aclose();
        auto const none = co_await gen.next();
        EXPECT_FALSE(none);
        EXPECT_EQ(told, closed);
    });
}

TEST_F(AsyncGeneratorClosing, OneThatWasNeverAskedOrIsOverHasNothingToCleanUp) {
    run_simulated([]() -> coro<> {
        strings told;
        auto fresh = counting(told);
        co_await fresh.aclose();
        auto const none = co_await fresh.next();
        EXPECT_FALSE(none);
        { auto const dropped = counting(told); }
        EXPECT_TRUE(told.empty());
        auto one = counting(told, 1);
        co_await take(one, 1);
        auto const end = co_await one.next();
        EXPECT_FALSE(end);
        co_await one.aclose();
        EXPECT_EQ(told, (strings{"cleaned up"}));
    });
}

TEST_F(AsyncGeneratorClosing, ACancelComesOutOnlyBehindTheClose) {
    run_simulated([]() -> coro<> {
        strings told;
        auto gen = counting(told);
        co_await take(gen, 1);
        auto const close = [&]() -> coro<> {
            co_await gen.aclose();
            told.emplace_back("left aclose");
            co_await rota::sleep(1h);
        };
        auto const closing = rota::create_task(close());
        co_await rota::sleep(10ms);
        closing.cancel();
        EXPECT_THROW(co_await closing, rota::cancelled_error);
        EXPECT_EQ(told, (strings{"closed", "cleaned up", "left aclose"}));
    });
}

TEST_F(AsyncGeneratorClosing, WhoIsCancelledAlreadyStillCloses) {
    run_simulated([]() -> coro<> {
        strings told;
        auto const use = [&]() -> coro<> {
            auto const body = [](async_generator<int>& gen) -> coro<> {
                co_await take(gen, 1);
                co_await rota::sleep(1h);
            };
            co_await rota::with_aclosing(counting(told), body);
        };
        auto const using_it = rota::create_task(use());
        co_await rota::sleep(10ms);
        using_it.cancel();
        EXPECT_THROW(co_await using_it, rota::cancelled_error);
        EXPECT_EQ(told, closed);
    });
}

/// No generator, and its close is an await like any other.
struct connection {
    bool closed = false;
    coro<> aclose() {
        co_await rota::sleep(1ms);
        closed = true;
    }
};

TEST_F(AsyncGeneratorClosing, WithAclosingShieldsTheCloseOfAnything) {
    run_simulated([]() -> coro<> {
        connection used;
        auto const use = [&]() -> coro<> {
            auto const body = [](connection&) { return rota::sleep(1h); };
            co_await rota::with_aclosing(used, body);
        };
        auto const using_it = rota::create_task(use());
        co_await rota::sleep(1ms);
        using_it.cancel();
        EXPECT_THROW(co_await using_it, rota::cancelled_error);
        EXPECT_TRUE(used.closed);
    });
}

async_generator<int> fails_to_close() {
    std::exception_ptr error;
    try {
        co_yield 1;
    } catch (...) {
        error = std::current_exception();
    }
    co_await rota::sleep(1ms);
    if (error) throw std::runtime_error("the clean-up failed");
}
async_generator<int> will_not_end() {
    for (int i = 0;;) {
        try {
            co_yield i++;
        } catch (rota::generator_exit const&) {
            ++i;
        }
    }
}

template <class E, class F>
coro<std::string> error_of(F f) {
    try {
        co_await f();
    } catch (E const& error) {
        co_return error.what();
    }
    co_return "nothing was thrown";
}

TEST_F(AsyncGeneratorClosing, TheErrorOfTheCleanUpComesOutOfAclose) {
    run_simulated([]() -> coro<> {
        auto gen = fails_to_close();
        auto const ask = [&]() -> coro<bool> {
            auto const item = co_await gen.next();
            co_return item.has_value();
        };
        EXPECT_TRUE(co_await ask());
        auto const close = [&]() -> coro<> { co_await gen.aclose(); };
        EXPECT_EQ(co_await error_of<std::runtime_error>(close), "the clean-up failed");
        EXPECT_FALSE(co_await ask());
    });
}

TEST_F(AsyncGeneratorClosing, OneThatYieldsOnIsRefusedAndOver) {
    run_simulated([]() -> coro<> {
        auto gen = will_not_end();
        auto const ask = [&]() -> coro<bool> {
            auto const item = co_await gen.next();
            co_return item.has_value();
        };
        EXPECT_TRUE(co_await ask());
        auto const close = [&]() -> coro<> { co_await gen.aclose(); };
        EXPECT_EQ(co_await error_of<rota::usage_error>(close),
                  "async_generator: it went on after the generator_exit that its co_yield threw; let that pass");
        EXPECT_FALSE(co_await ask());
        co_await close();
    });
}

TEST_F(AsyncGeneratorClosing, WithAclosingGivesWhatItsBodyGivesAndClosesHoweverThatEnds) {
    run_simulated([]() -> coro<> {
        strings told;
        auto const first_above = [](async_generator<int>& gen, int limit) -> coro<int> {
            while (auto item = co_await gen.next())
                if (*item > limit) co_return *item;
            throw std::runtime_error("there is none");
        };
        EXPECT_EQ(co_await rota::with_aclosing(counting(told), first_above, 2), 3);
        EXPECT_EQ(told, closed);
        told.clear();
        auto const fail = [&](auto& gen) -> coro<> {
            co_await take(gen, 1);
            throw std::runtime_error("the body failed");
        };
        auto const failing = [&]() -> coro<> { co_await rota::with_aclosing(counting(told), fail); };
        EXPECT_EQ(co_await error_of<std::runtime_error>(failing), "the body failed");
        EXPECT_EQ(told, closed);
        told.clear();
        auto kept = counting(told);
        EXPECT_EQ(co_await rota::with_aclosing(kept, first_above, 0), 1);
        EXPECT_EQ(told, closed);
        auto const none = co_await kept.next();
        EXPECT_FALSE(none);
    });
}

TEST_F(AsyncGeneratorClosing, ADroppedOneIsClosedByTheLoopALittleLater) {
    run_simulated([]() -> coro<> {
        strings told;
        {
            auto gen = counting(told);
            co_await take(gen, 2);
            auto another = counting(told);
            co_await take(another, 1);
            gen = std::move(another);
            EXPECT_TRUE(told.empty());
        }
        co_await rota::sleep(500ms);
        EXPECT_EQ(told, (strings{"closed", "closed"}));
        co_await rota::sleep(501ms);
        EXPECT_EQ(told, (strings{"closed", "closed", "cleaned up", "cleaned up"}));
    });
}

TEST_F(AsyncGeneratorClosing, RunClosesWhatWasDroppedJustBeforeItsEnd) {
    strings told;
    run_simulated([&]() -> coro<> {
        auto gen = counting(told);
        co_await take(gen, 2);
    });
    EXPECT_EQ(told, closed);
}

TEST_F(AsyncGeneratorClosing, RunClosesWhatIsStillHeldAtItsEndAndWhatItsCleanUpsLeave) {
    strings told;
    async_generator<int> outer;
    async_generator<int> inner;
    auto const leaves_another = [](strings& to, async_generator<int>& left) -> async_generator<int> {
        std::exception_ptr error;
        try {
            co_yield 0;
        } catch (...) {
            error = std::current_exception();
        }
        left = counting(to);
        co_await take(left, 1);
        to.emplace_back("outer cleaned up");
    };
    run_simulated([&]() -> coro<> {
        outer = leaves_another(told, inner);
        co_await take(outer, 1);
    });
    EXPECT_EQ(told, (strings{"outer cleaned up", "closed", "cleaned up"}));
    run_simulated([&]() -> coro<> {
        auto const none = co_await outer.next();
        EXPECT_FALSE(none);
    });
}

TEST_F(AsyncGeneratorClosing, WhatCancelledTasksHeldIsClosed) {
    strings told;
    run_simulated([&]() -> coro<> {
        auto const hold = [](strings& to) -> coro<> {
            auto gen = counting(to);
            co_await take(gen, 1);
            co_await rota::sleep(1h);
        };
        auto const draw = [](strings& to) -> coro<> {
            auto gen = counting(to, 1000);
            while (auto item = co_await gen.next()) EXPECT_GE(*item, 0);
        };
        rota::create_task(hold, std::ref(told));
        co_await rota::sleep(10ms);
        EXPECT_TRUE(told.empty());
        rota::create_task(draw, std::ref(told));
        co_await rota::sleep(10ms);
    });
    // One was cancelled inside its body, and cleans up as part of the task that asked, beside the other.
    EXPECT_EQ(told, (strings{"cancelled", "closed", "cleaned up", "cleaned up"}));
}

TEST_F(AsyncGeneratorClosing, TheErrorOfADroppedOneReachesTheExceptionHandler) {
    run_simulated([]() -> coro<> {
        core_kit::reports reports;
        {
            auto gen = fails_to_close();
            auto const item = co_await gen.next();
            EXPECT_EQ(*item, 1);
        }
        co_await rota::sleep(1s);
        // With ROTA_DEBUG=1, that it was dropped.
        std::erase_if(reports.told, [](std::string const& text) { return text.starts_with("debug: "); });
        EXPECT_EQ(reports.told,
                  (strings{"an error occurred while an async_generator was closed | the clean-up failed"}));
    });
}

TEST_F(AsyncGeneratorClosing, OneThatIsDroppedWhileItRunsGoesOnUntilItYields) {
    run_simulated([]() -> coro<> {
        strings told;
        auto gen = std::make_optional(counting(told));
        auto const ask = [&]() -> coro<int> {
            auto const item = co_await gen->next();
            co_return *item;
        };
        auto const asking = rota::create_task(ask());
        co_await rota::yield();
        gen.reset();
        EXPECT_EQ(co_await asking, 0);
        EXPECT_TRUE(told.empty());
        co_await rota::sleep(2s);
        EXPECT_EQ(told, closed);
    });
}

TEST_F(AsyncGeneratorClosing, OneThatIsDroppedWhileItEndsOrIsClosedIsGoneThen) {
    run_simulated([]() -> coro<> {
        strings told;
        for (bool const by_aclose : {false, true}) {
            auto gen = std::make_optional(counting(told, 1));
            co_await take(*gen, 1);
            auto const finish = [&]() -> coro<> {
                if (by_aclose)
                    co_await gen->aclose();
                else
                    (void)co_await gen->next();
            };
            auto const finishing = rota::create_task(finish());
            co_await rota::yield();
            gen.reset();
            co_await finishing;
        }
        EXPECT_EQ(told, (strings{"cleaned up", "closed", "cleaned up"}));
    });
}

TEST_F(AsyncGeneratorClosing, AClosingTaskThatIsCancelledLeavesItToTheEndOfTheRun) {
    strings told;
    run_simulated([&]() -> coro<> {
        {
            auto gen = counting(told);
            co_await take(gen, 1);
        }
        rota::running_loop().call_soon([] {
            for (auto const& task : rota::all_tasks()) task.cancel();
        });
        EXPECT_THROW(co_await rota::sleep(10s), rota::cancelled_error);
        EXPECT_TRUE(told.empty());
    });
    EXPECT_EQ(told, closed);
}

TEST_F(AsyncGeneratorClosing, BetweenTwoRunsItIsClosedByTheNextOne) {
    strings told;
    rota::runner runner{rota::runner_options(rota::engine_kind::simulated)};
    async_generator<int> gen;
    auto const begin = [&]() -> coro<> {
        gen = counting(told);
        co_await take(gen, 1);
    };
    runner.run(begin());
    gen = {};
    EXPECT_TRUE(told.empty());
    auto const wait = []() -> coro<> { co_await rota::sleep(2s); };
    runner.run(wait());
    EXPECT_EQ(told, closed);
    told.clear();
    runner.run(begin());
    runner.close();
    EXPECT_EQ(told, closed);
    gen = {};
}

}  // namespace
