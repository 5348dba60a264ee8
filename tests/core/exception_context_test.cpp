#include <rota/core/exception_context.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/result.hpp>
#include <rota/core/sleep.hpp>

#include <gtest/gtest.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using core_kit::run_simulated;
using rota::coro;

coro<> fail() {
    co_await rota::yield();
    throw std::runtime_error("unseen");
}

// What the handler of the running loop is told, kept.
void keep_in(std::vector<rota::exception_context>& told) {
    rota::running_loop().set_exception_handler(
        [&](rota::loop&, rota::exception_context const& context) { told.push_back(context); });
}

class ExceptionContext : public core_kit::test {};

TEST_F(ExceptionContext, OfATaskNamesItAndTheLineThatMadeIt) {
    std::vector<rota::exception_context> told;
    run_simulated([&]() -> coro<> {
        keep_in(told);
        unsigned const line = std::source_location::current().line() + 1;
        rota::create_task(fail()).set_name("worker");
        co_await rota::sleep(std::chrono::seconds(1));
        if (told.size() != 1U) co_return;
        EXPECT_EQ(told[0].task.name(), "worker");
        EXPECT_TRUE(told[0].task.done());
        EXPECT_EQ(told[0].line.line(), line);
        EXPECT_NE(std::string(told[0].line.file_name()).find("exception_context_test"), std::string::npos);
        EXPECT_NE(told[0].exception, nullptr);
        EXPECT_FALSE(told[0].handle);
    });
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(ExceptionContext, OfACallbackHasItsHandle) {
    std::vector<rota::exception_context> told;
    run_simulated([&]() -> coro<> {
        keep_in(told);
        auto const handle = rota::running_loop().call_soon([] { throw std::runtime_error("in a callback"); });
        co_await rota::yield();
        EXPECT_EQ(told.size(), 1U);
        if (told.empty()) co_return;
        EXPECT_EQ(told[0].handle, handle);
        EXPECT_FALSE(told[0].task);
        EXPECT_EQ(told[0].line.line(), 0U);
    });
}

TEST_F(ExceptionContext, OfASwallowedCancelIsOfTheTaskThatRuns) {
    std::vector<rota::exception_context> told;
    run_simulated([&]() -> coro<> {
        keep_in(told);
        auto const swallow = []() -> coro<> {
            for (int i = 0; i < 150; ++i) {
                try {
                    co_await rota::yield();
                } catch (rota::cancelled_error const&) {}
            }
        };
        auto const task = rota::create_task(swallow());
        co_await rota::yield();
        task.cancel();
        co_await rota::sleep(std::chrono::seconds(1));
        EXPECT_EQ(told.size(), 1U);
        if (told.empty()) co_return;
        EXPECT_EQ(told[0].task, task);
        EXPECT_EQ(told[0].exception, nullptr);
    });
}

TEST_F(ExceptionContext, OfCancelsSwallowedAsResultsIsToldToo) {
    std::vector<rota::exception_context> told;
    run_simulated([&]() -> coro<> {
        keep_in(told);
        auto const swallow = []() -> coro<> {
            for (int i = 0; i < 150; ++i) {
                auto const ended = co_await rota::as_result(rota::sleep(std::chrono::hours(1)));
                EXPECT_TRUE(ended.cancelled());
            }
        };
        auto const task = rota::create_task(swallow());
        co_await rota::yield();
        task.cancel();
        co_await rota::sleep(std::chrono::seconds(1));
        EXPECT_TRUE(task.done());
        EXPECT_EQ(told.size(), 1U);
        if (told.empty()) co_return;
        EXPECT_EQ(told[0].task, task);
    });
}

TEST_F(ExceptionContext, ByDefaultTheLineIsToldToo) {
    testing::internal::CaptureStderr();
    run_simulated([]() -> coro<> {
        rota::create_task(fail());
        co_await rota::sleep(std::chrono::seconds(1));
    });
    auto const told = testing::internal::GetCapturedStderr();
    EXPECT_NE(told.find(", made at "), std::string::npos) << told;
    EXPECT_NE(told.find("exception_context_test.cpp:"), std::string::npos) << told;
}

}  // namespace
