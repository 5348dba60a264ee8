#include <rota/core/errors.hpp>

#include "core/core_kit.hpp"

#include <rota/core/future.hpp>
#include <rota/core/sleep.hpp>
#include <rota/core/task.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace {

using core_kit::run_simulated;
using core_kit::what_of;
using rota::coro;
using namespace std::chrono_literals;

class Errors : public core_kit::test {};

TEST_F(Errors, InvalidStateIsALogicError) {
    EXPECT_TRUE((std::is_base_of_v<std::logic_error, rota::invalid_state_error>));
}

TEST_F(Errors, InvalidStateSaysWhatToDoAboutATaskThatRuns) {
    run_simulated([]() -> coro<> {
        auto const sleep = []() -> coro<> { co_await rota::sleep(1ms); };
        auto const task = rota::create_task(sleep());
        EXPECT_NE(what_of<rota::invalid_state_error>([&] { task.result(); }).find("co_await"), std::string::npos);
        EXPECT_NE(what_of<rota::invalid_state_error>([&] { (void)task.exception(); }).find("co_await"),
                  std::string::npos);
        co_await task;
    });
}

TEST_F(Errors, InvalidStateSaysWhyAFutureRefuses) {
    run_simulated([]() -> coro<> {
        auto const future = rota::create_future<int>();
        EXPECT_NE(what_of<rota::invalid_state_error>([&] { (void)future.result(); }).find("not done"),
                  std::string::npos);
        future.set_result(1);
        EXPECT_NE(what_of<rota::invalid_state_error>([&] { future.set_result(2); }).find("done already"),
                  std::string::npos);
        co_return;
    });
}

}  // namespace
