#include <rota/core/with_cleanup.hpp>

#include "core/core_kit.hpp"

#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace {

using core_kit::run_simulated;
using rota::coro;
using namespace std::chrono_literals;

class WithCleanup : public core_kit::test {
protected:
    coro<> say(std::string text) {
        co_await rota::sleep(1s);
        log.push_back(std::move(text));
    }
    coro<> fail(std::string text) {
        co_await rota::sleep(1s);
        log.push_back(text);
        throw std::runtime_error(text);
    }

    core_kit::log log;
};

TEST_F(WithCleanup, CleansUpAfterABodyThatEnds) {
    run_simulated([&]() -> coro<> {
        co_await rota::with_cleanup(say("body"), say("clean-up"));
        log.push_back("after");
    });
    EXPECT_EQ(log, (core_kit::log{"body", "clean-up", "after"}));
}

TEST_F(WithCleanup, GivesWhatTheBodyGives) {
    auto const make = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
    int variable = 0;
    auto const refer = [&]() -> coro<int&> { co_return variable; };
    run_simulated([&]() -> coro<> {
        auto const made = co_await rota::with_cleanup(make(), say("clean-up"));
        EXPECT_EQ(*made, 4);
        int& same = co_await rota::with_cleanup(refer(), say("clean-up"));
        EXPECT_EQ(&same, &variable);
    });
}

TEST_F(WithCleanup, CleansUpAfterABodyThatFailsAndThenThrowsItsError) {
    run_simulated([&]() -> coro<> {
        EXPECT_EQ(log.size(), 0U);
        try {
            co_await rota::with_cleanup(fail("body"), say("clean-up"));
        } catch (std::runtime_error const& error) {
            log.push_back(std::string("caught ") + error.what());
        }
    });
    EXPECT_EQ(log, (core_kit::log{"body", "clean-up", "caught body"}));
}

TEST_F(WithCleanup, AnErrorOfTheCleanUpIsWhatComesOut) {
    run_simulated([&]() -> coro<> {
        try {
            co_await rota::with_cleanup(fail("body"), fail("clean-up"));
        } catch (std::runtime_error const& error) {
            log.push_back(std::string("caught ") + error.what());
        }
        try {
            co_await rota::with_cleanup(say("body"), fail("clean-up"));
        } catch (std::runtime_error const& error) {
            log.push_back(std::string("caught ") + error.what());
        }
    });
    EXPECT_EQ(log, (core_kit::log{"body", "clean-up", "caught clean-up", "body", "clean-up", "caught clean-up"}));
}

TEST_F(WithCleanup, ACancelReachesTheBodyAndNotTheCleanUp) {
    run_simulated([&]() -> coro<> {
        auto const task = rota::create_task(rota::with_cleanup(say("never"), say("clean-up")));
        co_await rota::sleep(500ms);
        task.cancel();
        co_await rota::sleep(500ms);
        task.cancel();  // a second one does not interrupt it either
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
    EXPECT_EQ(log, (core_kit::log{"clean-up"}));
}

TEST_F(WithCleanup, ACancelDuringTheCleanUpComesOutOfTheAwaitAfterIt) {
    run_simulated([&]() -> coro<> {
        auto const work = [&]() -> coro<> {
            co_await rota::with_cleanup(say("body"), say("clean-up"));
            log.push_back("after");
            co_await rota::sleep(1s);
            log.push_back("never");
        };
        auto const task = rota::create_task(work());
        co_await rota::sleep(1500ms);
        task.cancel();
        EXPECT_THROW(co_await task, rota::cancelled_error);
    });
    EXPECT_EQ(log, (core_kit::log{"body", "clean-up", "after"}));
}

TEST_F(WithCleanup, FunctionsAreCalledWhenTheirTimeHasCome) {
    run_simulated([&]() -> coro<> {
        auto const body = [&] {
            log.push_back("body is called");
            return say("body");
        };
        auto const cleanup = [&] {
            log.push_back("clean-up is called");
            return say("clean-up");
        };
        auto c = rota::with_cleanup(body, cleanup);
        log.push_back("made");
        co_await std::move(c);
    });
    EXPECT_EQ(log, (core_kit::log{"made", "body is called", "body", "clean-up is called", "clean-up"}));
}

TEST_F(WithCleanup, ABodyThatThrowsWhenItIsCalledIsCleanedUpAfter) {
    run_simulated([&]() -> coro<> {
        auto const body = []() -> coro<> { throw std::logic_error("called"); };
        EXPECT_THROW(co_await rota::with_cleanup(body, say("clean-up")), std::logic_error);
    });
    EXPECT_EQ(log, (core_kit::log{"clean-up"}));
}

TEST_F(WithCleanup, CleansUpWhenARunEnds) {
    run_simulated([&]() -> coro<> {
        rota::create_task(rota::with_cleanup(rota::sleep(1000h), say("clean-up")));
        co_await rota::yield();
        log.push_back("main ends");
    });
    EXPECT_EQ(log, (core_kit::log{"main ends", "clean-up"}));
}

TEST_F(WithCleanup, EachAllocationMayFailAndNothingIsLeft) {
    for (std::uint64_t n = 1;; ++n) {
        bool failed = false;
        run_simulated([&]() -> coro<> {
            rota::detail::frame_pool::fail_allocation(n);
            try {
                co_await rota::with_cleanup([&] { return say("body"); }, [&] { return say("clean-up"); });
            } catch (std::bad_alloc const&) {
                failed = true;
            }
            rota::detail::frame_pool::fail_allocation(0);
        });
        if (!failed) {
            EXPECT_GE(n, 2U);
            break;
        }
    }
}

}  // namespace
